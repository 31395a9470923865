import assert from "node:assert/strict";
import { readPerUser } from "../../src/cli/compare_cells.ts";
import { entriesOf, methodNames } from "../../src/cli/compare_entries.ts";
import { sirenParameters } from "../../src/models/siren.ts";
import { distillationMethods } from "../../src/distill/methods/registry.ts";
import { facts, results } from "./comparison_facts.ts";
import { fail, filesUnder, smallData, succeed, temporaryFolder } from "./small_run.ts";
import { stopProgram } from "./stopped_program.ts";

const posix = { ignore: Deno.build.os === "windows" };
const metric = "recall@50";

Deno.test("compare trains, tunes, tests and reports, and continues after a stop", posix, async (t) => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const data = ["--data", at("small.dat"), "--teachers-folder", at("teachers"), "--teachers", "MF"];
  const base = ["compare", ...data, "--teacher-epochs", "40", "--epochs", "10", "--yardsticks", "TopPop"];

  await t.step("one table, one page, one file per cell", async () => {
    const { stdout } = await succeed(...base, "--methods", "hetcomp,bpr", "--out", at("one"));
    assert.match(stdout, /^w\/o KD \(BPR\) .*\nHetComp /m);
    const summary = await results(at("one"));
    assert.deepEqual(summary.methods.map(({ name, cells }) => [name, cells.length]), [["bpr", 1], [
      "hetcomp",
      1,
    ]]);
    assert.deepEqual(summary.references.map(({ name }) => name), ["MF", "ensemble", "TopPop"]);
    assert.equal(summary.missing, 0);
    assert.equal(summary.tests.length, 4);
    const [plain, main] = summary.methods;
    const difference = main!.cells[0]!.metrics[metric]! - plain!.cells[0]!.metrics[metric]!;
    const test = summary.tests.find((one) => one.metric === metric)!;
    assert.ok(Math.abs(test.difference - difference) < 1e-6);
    const leader = summary.leaders.find((one) => one.metric === metric)!;
    const [best, second] = difference > 0 ? ["hetcomp", "bpr"] : ["bpr", "hetcomp"];
    assert.deepEqual([leader.best, leader.second?.name, leader.own], [best, second, undefined]);
    assert.ok(Math.abs(leader.second!.difference - Math.abs(difference)) < 1e-6);
    assert.ok(main!.cells[0]!.adapter);
    const perUser = await readPerUser(at("one/cells/hetcomp-1"));
    const mean = perUser[metric]!.reduce((sum, value) => sum + value, 0) / perUser[metric]!.length;
    assert.ok(Math.abs(mean - main!.cells[0]!.metrics[metric]!) < 1e-6);
    const page = await Deno.readTextFile(at("one/report.html"));
    assert.ok(
      page.includes(main!.cells[0]!.metrics[metric]!.toFixed(4)) && page.includes("deno task compare"),
    );
    assert.match(await Deno.readTextFile(at("one/results.csv")), /^hetcomp,HetComp,student,1,/m);
    assert.match(await Deno.readTextFile(at("one/figure.svg")), /^<svg [\s\S]*HetComp[\s\S]*<\/svg>\n$/);
    assert.deepEqual(filesUnder(at("one")).filter((file) => file.includes("checkpoint")), []);
  });

  await t.step("evaluations come every so many epochs, ten where a folder does not say it", async () => {
    const asked = [...base, "--methods", "bpr", "--out"];
    await succeed(...asked, at("often"), "--every", "4");
    const [often] = (await results(at("often"))).methods;
    assert.deepEqual(often!.cells[0]!.curve.map(({ epoch }) => epoch), [4, 8, 10]);
    await fail(/begun with every 4, not 10/, [...asked, at("often")]);
    const path = at("one/config.json");
    const { every, ...config } = JSON.parse(await Deno.readTextFile(path));
    assert.equal(every, 10);
    await Deno.writeTextFile(path, JSON.stringify(config));
    await succeed(...asked, at("one"));
  });

  const tuned = [...base, "--methods", "bpr,rrd", "--seeds", "1,2", "--trials", "2"];
  await t.step(
    "a comparison stopped within a cell continues to the results of an undisturbed one",
    async () => {
      await succeed(...tuned, "--out", at("whole"));
      const stopped = await stopProgram(
        [...tuned, "--out", at("stopped")],
        /^compare: \d+ of \d+ epochs/m,
        "SIGINT",
      );
      assert.equal(stopped.code, 130);
      assert.match(stopped.stderr, /stopped; the same command continues from there\s*$/);
      assert.deepEqual(filesUnder(at("stopped")).filter((file) => file.startsWith("cells/")), []);
      await succeed(...tuned, "--out", at("stopped"));
      const [whole, resumed] = [await results(at("whole")), await results(at("stopped"))];
      assert.deepEqual(facts(resumed), facts(whole));
      for (const cell of ["bpr-1", "bpr-2", "rrd-1", "rrd-2"]) {
        const epochs = (await Deno.readTextFile(at(`whole/cells/${cell}/metrics.jsonl`))).trimEnd().split(
          "\n",
        );
        assert.equal(epochs.length, 10);
      }
      const lines = (await Deno.readTextFile(at("whole/trials.csv"))).trimEnd().split("\n");
      assert.equal(lines.length, 1 + 2 * 2);
      for (const { name, trials, settings, cells } of whole.methods) {
        assert.equal(trials.length, 2);
        const best = Math.max(...trials.map(({ value }) => value));
        const chosen = trials.find(({ value }) => value === best)!;
        for (const [key, value] of Object.entries(chosen.settings)) assert.equal(settings[key], value, name);
        // The trials and the first cell have the same seed: the chosen trial is that cell.
        assert.equal(cells[0]!.validMetrics[metric], best);
        assert.notDeepEqual(cells[0]!.metrics, cells[1]!.metrics);
      }
    },
  );

  await t.step(
    "methods and seeds can be added, nothing is trained twice, other settings are refused",
    async () => {
      const { stderr } = await succeed(...base, "--methods", "bpr", "--seeds", "2", "--out", at("one"));
      assert.match(stderr, /cell 1 of 1/);
      const again = await succeed(...base, "--methods", "bpr", "--seeds", "2", "--out", at("one"));
      assert.doesNotMatch(again.stderr, /^compare:/m);
      const summary = await results(at("one"));
      assert.deepEqual(summary.methods.map(({ cells }) => cells.map(({ seed }) => seed)), [[1, 2], [1]]);
      assert.equal(summary.missing, 1);
      assert.equal(summary.main, "hetcomp");
      await succeed(...base, "--methods", "bpr", "--against", "bpr", "--out", at("one"));
      const turned = await results(at("one"));
      assert.equal(turned.main, "bpr");
      const differenceOf = ({ tests }: typeof summary) =>
        tests.find((test) => test.metric === metric)!.difference;
      assert.ok(Math.abs(differenceOf(turned) + differenceOf(summary)) < 1e-12);
      await fail(/begun with dim 6, not 4/, [...base, "--methods", "bpr", "--dim", "4", "--out", at("one")]);
    },
  );

  await t.step(
    "another comparison's trials choose the settings, a teacher alone has those of HetComp",
    async () => {
      const taken = [...base, "--tuned-in", at("whole"), "--out", at("taken")];
      const { stderr } = await succeed(...taken, "--methods", "rrd");
      assert.doesNotMatch(stderr, /trial/);
      const summary = await results(at("taken"));
      const [rrd] = summary.methods;
      const from = (await results(at("whole"))).methods.find(({ name }) => name === "rrd")!;
      assert.deepEqual(rrd!.settings, from.settings);
      assert.deepEqual(rrd!.trials, from.trials);
      assert.equal(rrd!.cells.length, 1);
      assert.deepEqual(rrd!.cells[0]!.metrics, from.cells[0]!.metrics);
      assert.ok((await Deno.readTextFile(at("taken/report.html"))).includes(`Trials in ${at("whole")}`));
      await fail(/tuning\/only-MF\.json does not exist/, [...taken, "--methods", "only-MF"]);
      const settings = { learningRate: 0.01, alpha: 1 };
      await Deno.writeTextFile(
        at("whole/tuning/hetcomp.json"),
        JSON.stringify({ grid: {}, seed: 1, chosen: 0, trials: [{ settings, value: 0, epochs: 10 }] }),
      );
      await succeed(...taken, "--methods", "only-MF");
      const alone = (await results(at("taken"))).methods.at(-1)!;
      assert.deepEqual([alone.name, alone.settings.learningRate, alone.settings.alpha], ["only-MF", 0.01, 1]);
      await fail(/there are 2 trials beside it/, [...taken, "--trials", "2"]);
      await fail(/begun with tunedIn ".*", not none/, [...base, "--methods", "bpr", "--out", at("taken")]);
    },
  );

  await t.step("a training that diverges is said, and the others go on", async () => {
    const settings = { learningRate: 1e30 };
    await Deno.writeTextFile(
      at("whole/tuning/bpr.json"),
      JSON.stringify({ grid: {}, seed: 1, chosen: 0, trials: [{ settings, value: 0, epochs: 10 }] }),
    );
    const asked = [...base, "--tuned-in", at("whole"), "--methods", "bpr,rrd", "--out", at("diverged")];
    const { stderr } = await succeed(...asked);
    assert.match(stderr, /w\/o KD \(BPR\) \(cell 1 of 2, seed 1\): the loss of epoch \d+ is (NaN|Infinity)/);
    const summary = await results(at("diverged"));
    assert.deepEqual(summary.methods.map(({ cells }) => cells.length), [0, 1]);
    assert.equal(summary.missing, 0);
    const again = await succeed(...asked);
    assert.doesNotMatch(again.stderr, /^compare:/m);
    const sentence = /w\/o KD \(BPR\) with seed 1 diverged at epoch \d+\./;
    assert.match(again.stdout, sentence);
    assert.match(await Deno.readTextFile(at("diverged/report.html")), sentence);
  });

  await t.step("students of other teachers are not put beside those that are there", async () => {
    const asked = [...base, "--methods", "bpr,hetcomp", "--out", at("one")];
    await succeed(
      "teachers",
      ...data,
      "--teacher-epochs",
      "40",
      "--seed",
      "9",
      "--teachers-folder",
      at("other"),
    );
    await Deno.rename(at("teachers"), at("kept"));
    await Deno.rename(at("other"), at("teachers"));
    await fail(/taught by another MF.*--out/, asked);
    await Deno.rename(at("teachers"), at("other"));
    await Deno.rename(at("kept"), at("teachers"));
    await succeed(...asked);
  });

  await t.step("files of a comparison that are damaged are named, with what to do", async () => {
    const asked = [...base, "--methods", "bpr,hetcomp", "--out", at("one")];
    for (
      const [name, remedy] of [
        ["references.json", /delete it to measure again/],
        ["teachers.json", /delete it if the teachers are still those/],
        ["cells/bpr-1/cell.json", /delete .*bpr-1 to train it again/],
      ] as const
    ) {
      const path = at(`one/${name}`);
      const whole = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, "{");
      await fail(new RegExp(`${name} is damaged; ${remedy.source}`), asked);
      await Deno.writeTextFile(path, whole);
    }
  });

  await t.step("quadrics and sirens are weighted lists with a student of their own", async () => {
    const asked = (...more: string[]) => [...base, "--methods", "sirens,quadrics,weighted", ...more];
    await succeed(...asked("--trials", "2", "--out", at("quadrics")));
    const [weighted, quadrics, sirens] = (await results(at("quadrics"))).methods;
    assert.deepEqual([weighted!.settings.student, quadrics!.settings.student], ["MF", "Quadric"]);
    assert.ok(quadrics!.trials.length === 2 && quadrics!.title === "Quadrics (ours)");
    assert.deepEqual([sirens!.settings.student, sirens!.title], ["Siren", "Sirens (ours)"]);
    assert.equal(sirens!.parameters, weighted!.parameters + sirenParameters(6));
    assert.deepEqual(
      quadrics!.trials.map(({ settings }) => settings),
      weighted!.trials.map(({ settings }) => settings),
    );
    const { users } = (await results(at("quadrics"))).dataset;
    assert.equal(quadrics!.parameters, weighted!.parameters + 6 * users);
  });

  await t.step("what cannot be compared is refused before anything is written", async () => {
    const asked = (...more: string[]) => [...base, ...more, "--out", at("refused")];
    await fail(/cannot train "GNN"/, asked("--methods", "bpr,spectral", "--student", "GNN"));
    await fail(/'student'.*"Quadric" beside MF/, asked("--methods", "bpr,quadrics", "--student", "GNN"));
    await fail(/'student'.*"Siren" beside MF/, asked("--methods", "bpr,sirens", "--student", "GNN"));
    await fail(/rrd is not compared.*bpr,hetcomp/, asked("--methods", "bpr,hetcomp", "--against", "rrd"));
    assert.deepEqual(filesUnder(folder.path).filter((file) => file.startsWith("refused/")), []);
  });

  await t.step("the generalization setup measures users who took part and users who did not", async () => {
    const setup = ["--setup", "generalization", "--out", at("general")];
    await succeed(...base, "--methods", "bpr", ...setup);
    const [method] = (await results(at("general"))).methods;
    assert.ok(method!.cells[0]!.outsideMetrics![metric]! > 0);
    assert.equal((await results(at("general"))).dataset.users, 80);
  });
});

Deno.test("compare names mistakes", async () => {
  await fail(/there is no method "rdd"; expected all, or some of bpr,.*; did you mean rrd\?/, [
    "compare",
    "--methods",
    "rdd",
  ]);
  await fail(/only-AE needs the teacher AE/, ["compare", "--methods", "only-AE"]);
  await fail(/only-mine needs the teacher mine/, ["compare", "--methods", "only-mine"]);
  assert.deepEqual(methodNames("bpr,only-mine"), ["bpr", "only-mine"]);
  await fail(/expected one method/, ["compare", "--against", "bpr,rrd"]);
  await fail(/a seed is named twice/, ["compare", "--seeds", "1,1"]);
  await fail(/expected none, or some of TopPop/, ["compare", "--yardsticks", "Pop"]);
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/notes.txt`, "mine");
  await fail(/is no comparison/, ["compare", "--out", folder.path]);
});

Deno.test("entriesOf() puts methods in the order of the tables, each teacher alone among all", () => {
  const all = entriesOf(methodNames("all"), ["MF", "ML"]).map(({ name }) => name);
  const methods = [...Object.keys(distillationMethods), "quadrics", "sirens"];
  assert.deepEqual(all, [...methods, "only-MF", "only-ML"]);
  assert.deepEqual(entriesOf(["all"], ["MF"]).map(({ name }) => name), methods);
  assert.ok(!entriesOf(["all"], ["MF"], "GNN").some(({ name }) => name === "spectral"));
  assert.ok(!entriesOf(["all"], ["MF"], "Quadric").some(({ name }) => name === "quadrics"));
  assert.deepEqual(entriesOf(["hetcomp", "bpr", "bpr"], ["MF"]).map(({ name }) => name), ["bpr", "hetcomp"]);
  assert.deepEqual(entriesOf(["only-MF"], ["MF"]).map(({ group, teacher }) => [group, teacher]), [[
    "single",
    "MF",
  ]]);
  assert.deepEqual(
    entriesOf(["quadrics", "weighted", "sirens"], ["MF"])
      .map(({ name, method, student }) => [name, method, student]),
    [["weighted", "weighted", "MF"], ["quadrics", "weighted", "Quadric"], ["sirens", "weighted", "Siren"]],
  );
  assert.deepEqual(entriesOf(["sirens"], ["MF"])[0]!.settings, { finalEpochs: 20 });
});
