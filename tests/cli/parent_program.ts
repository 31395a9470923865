import { runDeno } from "../../src/cli/child_process.ts";

const script = new URL("./interrupted_program.ts", import.meta.url).pathname;
Deno.exit(await runDeno(["run", script, ...Deno.args], {}));
