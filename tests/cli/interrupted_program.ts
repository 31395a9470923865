import { sameKeyMilliseconds, untilInterrupted } from "../../src/cli/interrupt.ts";

using interrupt = untilInterrupted();
const keepAlive = setTimeout(() => {}, 20_000);
interrupt.signal.addEventListener("abort", () => {
  console.log(`aborted: ${interrupt.signal.reason.name}`);
  if (Deno.args[0] !== "stubborn") {
    clearTimeout(keepAlive);
    Deno.exitCode = 7;
    interrupt[Symbol.dispose]();
  }
  // The signal that a parent process would send too, while it certainly counts as the same.
  if (Deno.args[1] === "twice") Deno.kill(Deno.pid, "SIGINT");
  // Behind the timer of untilInterrupted().
  setTimeout(() => console.log("the next Ctrl-C counts"), sameKeyMilliseconds);
});
console.log("ready");
await new Promise((resolve) => interrupt.signal.addEventListener("abort", resolve));
if (Deno.args[0] === "stubborn") await new Promise((resolve) => setTimeout(resolve, 20_000));
