"""Distillation steps: the loss of a batch of users, both gradients, and Adam with coupled weight decay."""

import torch

from listwise import ClampedScores, FreeScores, ListwiseBatch, overall_loss, ranked_loss

LOSSES = {"overall": overall_loss, "ranked": ranked_loss}
SCORES = {"free": FreeScores, "clamped": ClampedScores}


class ListwiseWork:
    def __init__(self, inputs, device, granularity, scores, repeats):
        settings = inputs.header["distillation"]
        self.loss_of, self.scores, self.repeats = LOSSES[granularity], SCORES[scores], repeats
        self.weight = settings["weights"][granularity]
        self.users, self.items = (
            torch.nn.Parameter(torch.as_tensor(inputs.array(f"student.{side}"), device=device))
            for side in ("users", "items")
        )
        lists = (inputs.lists(name) for name in ("train", "positives", "tops"))
        self.batch = ListwiseBatch(inputs.array("batch").astype("int64"), *lists, device)
        self.optimizer = torch.optim.Adam(
            [self.users, self.items], lr=settings["learningRate"], weight_decay=settings["weightDecay"]
        )

    def loss(self):
        scores = self.users[self.batch.users] @ self.items.T
        return self.weight * self.loss_of(self.scores(scores), self.batch)

    def run(self):
        for _ in range(self.repeats):
            loss = self.loss()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return float(loss)

    def check(self):
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        gradients = {"users": self.users.grad, "items": self.items.grad}
        return {"loss": float(loss), **{name: part.cpu().numpy() for name, part in gradients.items()}}
