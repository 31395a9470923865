import { inheritedFlags } from "../../src/cli/permissions.ts";

console.log(JSON.stringify(await inheritedFlags()));
