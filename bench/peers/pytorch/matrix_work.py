"""Stored scores, and the gradient of a softmax cross-entropy whose row n has the label n."""

import torch


class ScoresWork:
    def __init__(self, inputs, device, dim, count, repeats):
        self.repeats = repeats
        self.users = torch.as_tensor(inputs.array(f"users.{dim}")[:count], device=device)
        self.items = torch.as_tensor(inputs.array(f"items.{dim}"), device=device)

    def run(self):
        for _ in range(self.repeats):
            self.once()

    def once(self):
        return self.users @ self.items.T

    def check(self):
        return {"sums": self.once().sum(1).cpu().numpy()}


class CrossEntropyWork(ScoresWork):
    def once(self):
        leaves = [part.clone().requires_grad_() for part in (self.users, self.items)]
        logits = leaves[0] @ leaves[1].T
        loss = (torch.logsumexp(logits, dim=1) - logits.diagonal()).sum()
        return loss, torch.autograd.grad(loss, leaves)

    def check(self):
        loss, (users, items) = self.once()
        return {"loss": float(loss), "users": users.cpu().numpy(), "items": items.cpu().numpy()}
