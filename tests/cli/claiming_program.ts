/**
 * Holds a claim until it is killed, or, with a number of rounds, adds as often 1 to the number in a file, each time with
 * the claim.
 *
 * Arguments: the claim's path, the file of the number, the rounds.
 */
import { type Claim, takeClaim } from "../../src/cli/claim.ts";

const [path, file, rounds] = Deno.args as [string, string, string];
if (rounds === undefined) {
  const claim = await takeClaim(path);
  console.log(claim ? "held" : "refused");
  setInterval(() => claim, 1000);
} else {
  for (let round = 0; round < Number(rounds); round++) {
    let taken: Claim | null = null;
    while (taken === null) taken = await takeClaim(path);
    using _claim = taken;
    const value = Number(await Deno.readTextFile(file));
    await Deno.writeTextFile(file, String(value + 1));
  }
}
