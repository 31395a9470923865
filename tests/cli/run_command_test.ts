import assert from "node:assert/strict";
import { CommanderError } from "commander";
import { reportError } from "../../src/cli/run_command.ts";
import { DataError, NoAdapterError } from "../../src/errors.ts";

Deno.test("reportError() prints the message alone for what the user can mend", () => {
  const data = reportError(new DataError({ file: "train.txt", line: 3 }, "'x' is no number"), "1.2.3");
  assert.deepEqual(data, { text: "error: train.txt:3: 'x' is no number", code: 1, event: "error" });
  assert.deepEqual(reportError(new NoAdapterError("none"), "1.2.3"), {
    text: "error: none",
    code: 1,
    event: "error",
  });
});

Deno.test("reportError() shows the stack and the version for a defect", () => {
  const { text, code } = reportError(new TypeError("undefined is no function"), "1.2.3");
  assert.equal(code, 2);
  assert.match(text, /^TypeError: undefined is no function\n\s+at .*run_command_test/);
  assert.match(text, /this is a defect in hetcomp 1\.2\.3/);
  assert.match(reportError("thrown text", "1.2.3").text, /^thrown text\nthis is a defect/);
});

Deno.test("reportError() keeps commander's exit code and prints nothing again", () => {
  assert.deepEqual(reportError(new CommanderError(0, "commander.help", "(help)"), "1"), {
    text: "",
    code: 0,
    event: "error",
  });
  assert.equal(reportError(new CommanderError(1, "commander.unknownCommand", "error: x"), "1").code, 1);
});

Deno.test("reportError() gives 130 for a stop by Ctrl-C", () => {
  assert.deepEqual(reportError(new DOMException("stopped by Ctrl-C", "AbortError"), "1"), {
    text: "stopped",
    code: 130,
    event: "stopped",
  });
});

Deno.test("reportError() has nothing to say to a closed pipe, and calls a full disk by its name", () => {
  assert.equal(reportError(new Deno.errors.BrokenPipe("Broken pipe (os error 32)"), "1").text, "");
  const full = reportError(new Error("No space left on device (os error 28)"), "1");
  assert.deepEqual([full.code, full.event], [1, "error"]);
  assert.match(full.text, /^error: the output cannot be written \(No space left/);
});

Deno.test("reportError() names a missing permission", () => {
  const { text, code } = reportError(new Deno.errors.NotCapable("Requires net access"), "1");
  assert.equal(code, 1);
  assert.match(text, /^error: Requires net access, or use the task/);
});
