import code from "../../shaders/optimizer/adam.wgsl" with { type: "text" };
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

/** Settings of {@linkcode Adam}; the defaults are PyTorch's. */
export interface AdamOptions {
  /** Step length. Default 1e-3. */
  readonly learningRate?: number;
  /** Decay of the mean gradient. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean squared gradient. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean squared gradient. Default 1e-8. */
  readonly epsilon?: number;
  /** Coupled L2 weight decay: this times the parameter is added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma and Ba, ICLR 2015) with coupled L2 weight decay, the semantics of PyTorch's `torch.optim.Adam`, over
 * every parameter of an array, also those whose gradient is 0: 12 bytes of device memory a parameter beside the
 * parameter itself. The moments live as long as the object.
 */
export class Adam implements Disposable {
  /** Steps taken so far. */
  steps = 0;
  /** Step length, from the next step on. */
  learningRate: number;
  /** Mean gradient, the parameters' shape. */
  readonly firstMoment: DeviceArray;
  /** Mean squared gradient, the parameters' shape. */
  readonly secondMoment: DeviceArray;
  readonly #gpu: Gpu;
  readonly #parameters: DeviceArray;
  readonly #gradient: DeviceArray;
  readonly #options: Required<Omit<AdamOptions, "learningRate">>;

  /**
   * Takes memory for the moments.
   *
   * @param gpu The device.
   * @param parameters What is optimised; a whole number of groups of four floats.
   * @param gradient The gradient, the same length; each step sets it to zero.
   * @param options Settings.
   * @throws {ArgumentError} if the lengths differ or are no multiple of 16 bytes.
   */
  constructor(gpu: Gpu, parameters: DeviceArray, gradient: DeviceArray, options: AdamOptions = {}) {
    if (parameters.byteLength !== gradient.byteLength || parameters.byteLength % 16 !== 0) {
      throw new ArgumentError(
        "gradient",
        `it has ${gradient.byteLength} bytes and the parameters have ${parameters.byteLength}`,
        "the same length, a multiple of 16",
      );
    }
    this.#gpu = gpu;
    this.#parameters = parameters;
    this.#gradient = gradient;
    this.learningRate = options.learningRate ?? 1e-3;
    this.#options = {
      beta1: options.beta1 ?? 0.9,
      beta2: options.beta2 ?? 0.999,
      epsilon: options.epsilon ?? 1e-8,
      weightDecay: options.weightDecay ?? 0,
    };
    this.firstMoment = gpu.zeros(`first moment of ${parameters.label}`, parameters.byteLength);
    this.secondMoment = gpu.zeros(`second moment of ${parameters.label}`, parameters.byteLength);
  }

  /** Records one step; the gradient is zero afterwards. */
  record(): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    this.steps++;
    const count = this.#parameters.byteLength / 16;
    this.#gpu.dispatch(
      this.#gpu.kernel({ name: "optimizer/adam", code }),
      {
        parameters: this.#parameters,
        gradient: this.#gradient,
        first_moment: this.firstMoment,
        second_moment: this.secondMoment,
      },
      {
        count,
        step_size: this.learningRate / (1 - beta1 ** this.steps),
        inverse_root: 1 / Math.sqrt(1 - beta2 ** this.steps),
        decay1: beta1,
        rest1: 1 - beta1,
        decay2: beta2,
        rest2: 1 - beta2,
        epsilon,
        weight_decay: weightDecay,
      },
      spread(Math.ceil(count / 64)),
      count * 80,
    );
  }

  /** Forgets the steps so far: the moments are zero again. */
  restart(): void {
    this.#gpu.clear(this.firstMoment);
    this.#gpu.clear(this.secondMoment);
    this.steps = 0;
  }

  /** Gives the memory of the moments back; parameters and gradient are their owner's. */
  dispose(): void {
    this.firstMoment.dispose();
    this.secondMoment.dispose();
  }

  /** The same as {@linkcode Adam.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
