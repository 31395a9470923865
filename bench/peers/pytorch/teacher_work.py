"""Epochs of training of the six teachers, with the product's own settings."""

from cml import MetricLearning
from lightgcn import LightGcn
from mf import MatrixFactorization
from mult_vae import MultVaeTraining
from neumf import NeuralMatrixFactorization


def autoencoder(lists, device, settings):
    training = MultVaeTraining(
        lists,
        device,
        batch=settings["batch"],
        rate=settings["learningRate"],
        weight=settings["divergenceWeight"],
        annealing=settings["annealingSteps"],
        latent=settings["dim"],
        hidden=settings["hidden"],
        dropout=settings["dropout"],
    )
    training.model.start_from_glorot()
    return training


def item_autoencoder(interactions, device, settings):
    return autoencoder(interactions.transposed(), device, settings)


TEACHERS = {
    "MF": MatrixFactorization,
    "ML": MetricLearning,
    "DL": NeuralMatrixFactorization,
    "GNN": LightGcn,
    "AE": autoencoder,
    "I-AE": item_autoencoder,
}


class TeacherWork:
    def __init__(self, inputs, device, kind, repeats, checked):
        self.repeats = repeats
        self.checked = checked
        self.teacher = TEACHERS[kind](inputs.lists("train"), device, inputs.settings(kind))

    def run(self):
        for _ in range(self.repeats):
            loss = self.teacher.epoch()
        return loss

    def check(self):
        losses = [self.teacher.epoch() for _ in range(self.checked)]
        return {"loss": losses[0], "lastLoss": losses[-1]}
