import assert from "node:assert/strict";
import { normalTails, studentTails } from "../../src/evaluate/distributions.ts";

const close = (found: number, expected: number, where: string) =>
  assert.ok(Math.abs(found - expected) <= 1e-11 * expected, `${where}: ${found} instead of ${expected}`);

Deno.test("studentTails() gives twice scipy.stats.t.sf(abs(t), freedom), scipy 1.17.1", () => {
  const figures: [t: number, freedom: number, p: number][] = [
    [0.1, 1, 0.936548965138893],
    [1, 1, 0.5],
    [12.7, 1, 0.050024327689344165],
    [2, 5, 0.10193947882985835],
    [-3.5, 30, 0.0014768074376442532],
    [1.96, 5218, 0.05004893500506325],
    [6, 5218, 2.1061282570392325e-09],
    [0.001, 100000, 0.9992021175668878],
    [5, 100000, 5.742701678641679e-07],
  ];
  for (const [t, freedom, p] of figures) close(studentTails(t, freedom), p, `t ${t}, freedom ${freedom}`);
  assert.equal(studentTails(0, 3), 1);
  assert.equal(studentTails(Infinity, 3), 0);
  assert.ok(studentTails(40, 5218) < 1e-300);
});

Deno.test("studentTails() is the integral of the density, whatever the freedom", () => {
  for (const freedom of [1, 2, 3, 7, 24, 150]) {
    // Simpson's rule on the density without its constant, which the integral from 0 to infinity gives.
    const density = (x: number) => (1 + x * x / freedom) ** (-(freedom + 1) / 2);
    const integral = (from: number, to: number, steps = 4000) => {
      const width = (to - from) / steps;
      let sum = density(from) + density(to);
      for (let n = 1; n < steps; n++) sum += density(from + n * width) * (n % 2 === 1 ? 4 : 2);
      return sum * width / 3;
    };
    // The tail from 1 on, by x -> 1/x; the density times x^2 stays bounded.
    const inverted = (from: number, steps = 4000) => {
      const value = (y: number) => y === 0 ? (freedom === 1 ? 1 : 0) : density(1 / y) / (y * y);
      const width = 1 / from / steps;
      let sum = value(0) + value(1 / from);
      for (let n = 1; n < steps; n++) sum += value(n * width) * (n % 2 === 1 ? 4 : 2);
      return sum * width / 3;
    };
    const whole = integral(0, 1) + inverted(1);
    for (const t of [0.3, 1, 1.7, 2.9]) {
      assert.ok(
        Math.abs(studentTails(t, freedom) - inverted(t) / whole) < 1e-8,
        `t ${t}, freedom ${freedom}`,
      );
    }
  }
});

Deno.test("normalTails() gives twice scipy.stats.norm.sf(z), scipy 1.17.1", () => {
  const figures: [z: number, p: number][] = [
    [0, 1],
    [0.01, 0.9920212873707368],
    [0.5, 0.6170750774519738],
    [1, 0.31731050786291415],
    [1.96, 0.04999579029644087],
    [2.82, 0.004802364948378505],
    [2.83, 0.004654800413463103],
    [3, 0.0026997960632601866],
    [5, 5.733031437583866e-07],
    [10, 1.523970604832094e-23],
    [30, 9.813427854295816e-198],
  ];
  for (const [z, p] of figures) {
    close(normalTails(z), p, `z ${z}`);
    close(normalTails(-z), p, `z ${-z}`);
  }
});
