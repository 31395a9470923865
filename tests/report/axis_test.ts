import assert from "node:assert/strict";
import fc from "fast-check";
import { axisOver, position, tickText } from "../../src/report/axis.ts";

Deno.test("axisOver() widens to round ends", () => {
  const axis = axisOver([0, 0.03, 0.2781], { widen: true });
  assert.deepEqual(axis.ticks, [0, 0.1, 0.2, 0.3]);
  assert.equal(axis.low, 0);
  assert.ok(Math.abs(axis.high - 0.3) < 1e-12);
});

Deno.test("axisOver() without widening keeps the ends of the data", () => {
  const axis = axisOver([1, 147], { whole: true, intervals: 10 });
  assert.equal(axis.low, 1);
  assert.equal(axis.high, 147);
  assert.deepEqual(axis.ticks, [20, 40, 60, 80, 100, 120, 140]);
});

Deno.test("axisOver() of whole numbers has no ticks between them", () => {
  assert.deepEqual(axisOver([1, 3], { whole: true, intervals: 10 }).ticks, [1, 2, 3]);
});

Deno.test("axisOver() of no value is 0 to 1, of one value has it inside", () => {
  assert.deepEqual(axisOver([]).ticks.at(-1), 1);
  assert.deepEqual(axisOver([NaN, Infinity]).low, 0);
  for (const value of [0, 5, -5, 1e-9, 1e99]) {
    const axis = axisOver([value]);
    assert.ok(axis.low < value && value < axis.high, `${value}`);
  }
});

Deno.test("axisOver() gives finite ascending ticks within the axis for any values", () => {
  fc.assert(
    fc.property(fc.array(fc.double()), fc.boolean(), fc.boolean(), (values, whole, widen) => {
      const axis = axisOver(values, { whole, widen });
      assert.ok(axis.low < axis.high && Number.isFinite(axis.high - axis.low));
      assert.ok(axis.ticks.length <= 30, `${axis.ticks.length} ticks`);
      axis.ticks.forEach((tick, n) => {
        const at = position(axis, tick, 0, 1);
        assert.ok(at > -1e-4 && at < 1 + 1e-4, `tick ${tick} of ${axis.low}..${axis.high}`);
        assert.ok(n === 0 || tick > axis.ticks[n - 1]!);
        assert.ok(!/NaN|Infinity/.test(tickText(axis, tick)));
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("tickText() has the decimals of the step", () => {
  const axis = axisOver([0, 0.05], { widen: true });
  assert.deepEqual(axis.ticks.map((tick) => tickText(axis, tick)), [
    "0.00",
    "0.01",
    "0.02",
    "0.03",
    "0.04",
    "0.05",
  ]);
  const large = axisOver([0, 5e7], { widen: true });
  assert.equal(tickText(large, 2e7), "2e7");
});
