import assert from "node:assert/strict";
import { generateSample } from "../../src/data/sample.ts";
import { loadStudent } from "../../src/models/student_file.ts";
import { dataDefaults, loadSplit, splitName } from "../../src/cli/load_split.ts";
import { rowOf } from "../../src/ragged.ts";
import { fail, shortRun, succeed, temporaryFolder } from "./small_run.ts";

/** A log of a planted world, 100 users and 150 items, with ratings, times, and ids that look like numbers. */
function smallLog(): string {
  const { interactions, users } = generateSample({
    users: 100,
    items: 150,
    interactions: 2000,
    communities: 3,
    seed: 1,
  });
  const lines = ["member,userName,itm,rating,timestamp"];
  for (let u = 0; u < users; u++) {
    rowOf(interactions, u).forEach((item, n) => {
      lines.push(
        [`00${u}`, `user ${u}`, `0${item}`, 1 + (n * 7) % 5, 1.6e9 + (n * 7919 + u * 31) % 5000].join(","),
      );
    });
  }
  return lines.join("\n") + "\n";
}

const posix = { ignore: Deno.build.os === "windows" };

Deno.test("a log goes through distill, evaluate and teachers", posix, async (t) => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.csv"), smallLog());
  const data = [
    ...["--data", at("small.csv"), "--user-column", "member", "--item-column", "itm"],
    ...["--minimum-rating", "2", "--core", "3", "--split", "leave-last-out"],
  ];
  const teachers = ["--teachers-folder", at("teachers")];
  const name = "small-rated2-core3-leave-last-out";

  await t.step("distill says what it reads, and keeps the settings", async () => {
    const { stderr } = await succeed(
      ...["distill", ...shortRun, "--epochs", "2", ...data, ...teachers, "--out", at("run")],
    );
    assert.match(stderr, /^columns: user = member, item = itm, rating = rating, time = timestamp$/m);
    assert.match(stderr, /^rows: 2000, \d+ left out with a rating below 2$/m);
    assert.match(
      stderr,
      /^filter \(the 3-core\): \d+ of 100 users, \d+ of \d+ items, \d+ of \d+ pairs left$/m,
    );
    assert.match(stderr, new RegExp(`^data: ${name}, \\d+ users`, "m"));
    const config = JSON.parse(await Deno.readTextFile(at("run/config.json")));
    assert.deepEqual(config.data, {
      source: at("small.csv"),
      columns: { user: "member", item: "itm", rating: null, time: null },
      header: null,
      minimumRating: 2,
      minimumInteractions: null,
      core: 3,
      splitMethod: "leave-last-out",
      splitSeed: 1,
    });
  });

  await t.step("the student's ids are those of the log, as text", async () => {
    const student = await loadStudent(at("run/student.safetensors"));
    assert.ok(student.userIds.includes("007") && student.userIds.every((id) => /^00\d+$/.test(id)));
    assert.ok(student.itemIds.every((id) => /^0\d+$/.test(id)));
    assert.match(student.recommend("007", { k: 1 })[0]!.item, /^0\d+$/);
    const perUser = await Deno.readTextFile(at("run/per_user.tsv"));
    assert.match(perUser, /^student\t007\t/m);
  });

  await t.step("a run that was stopped reads the same split again", async () => {
    // As a run that was stopped right before its end: without what the end writes.
    await Deno.mkdir(at("resumed"));
    await Deno.copyFile(at("run/config.json"), at("resumed/config.json"));
    const { stderr } = await succeed("distill", "--resume", at("resumed"));
    assert.match(stderr, /^columns: user = member/m);
    const read = (run: string) => Deno.readFile(at(`${run}/student.safetensors`));
    assert.deepEqual(await read("resumed"), await read("run"));
  });

  await t.step(
    "--resume refuses other settings of data, and accepts a configuration without them",
    async () => {
      const config = JSON.parse(await Deno.readTextFile(at("run/config.json")));
      const write = async (run: string, content: unknown) => {
        await Deno.mkdir(at(run));
        await Deno.writeTextFile(at(`${run}/config.json`), JSON.stringify(content));
      };
      await write("other", config);
      const refused = (message: RegExp, ...options: string[]) =>
        fail(message, ["distill", "--resume", at("other"), ...options]);
      await refused(/was started with --core 3, not 4; .*leave --core out/, "--core", "4");
      await refused(/was started with --user-column member, not userName/, "--user-column", "userName");
      await refused(/was started with --split leave-last-out, not temporal/, "--split", "temporal");
      await refused(/was started with --minimum-rating 2, not 3/, "--minimum-rating", "3");
      await refused(/was started with --delimiter left out, not \^/, "--delimiter", "^");
      await refused(/was started with --header left out, not no/, "--header", "no");
      const { columns: _, ...older } = config.data;
      await write("older", { ...config, data: older });
      await fail(/none of the columns "member", .* is known to hold the users/, [
        "distill",
        "--resume",
        at("older"),
      ]);
      await write("wrong", { ...config, data: { ...config.data, splitMethod: "last" } });
      await fail(/'data\.splitMethod' is "last"; expected random, leave-last-out/, [
        "distill",
        "--resume",
        at("wrong"),
      ]);
    },
  );

  await t.step("evaluate and teachers read the log in the same way", async () => {
    const { stdout } = await succeed("evaluate", at("run/student.safetensors"), ...data);
    const summary = JSON.parse(await Deno.readTextFile(at("run/summary.json")));
    const recall = summary.rows.find((row: { role: string }) => row.role === "student").metrics["recall@50"];
    assert.match(stdout, new RegExp(`recall@50 .*${recall.toFixed(4)}`));
    const temporal = data.map((word) => word === "leave-last-out" ? "temporal" : word);
    await fail(/was distilled on another split/, ["evaluate", at("run/student.safetensors"), ...temporal]);
    await succeed("data", "split", ...data.slice(1), "--out", at("same"));
    const reordered = ["evaluate", at("run/student.safetensors"), "--data", at("same")];
    await fail(/another split .*data split wrote has its users and items in another order/, reordered);
    const trained = await succeed("teachers", "--teachers", "MF", ...data, ...teachers);
    assert.match(trained.stdout, /^MF /m);
  });

  await t.step("what does not fit together is said before anything is trained", async () => {
    const refused = (message: RegExp, ...args: string[]) =>
      fail(message, ["distill", "--out", at("new"), ...args]);
    const log = ["--data", at("small.csv")];
    await refused(
      /small\.csv:1: none of the columns "member", .* is known to hold the items/,
      ...log,
      "--user-column",
      "member",
    );
    await refused(
      /no column "usrName" for --user-column; .*did you mean "userName"\?/,
      ...log,
      "--user-column",
      "usrName",
    );
    await refused(
      /there are no times for --split temporal; expected .*--time-column/,
      ...data.slice(0, 6),
      "--time-column",
      "none",
      "--split",
      "temporal",
    );
    await refused(/no ratings|minimum rating/, "--minimum-rating", "2");
    await refused(/there are no times for --split leave-last-out/, "--split", "leave-last-out");
    await refused(/'--core <number>' argument 'many' is invalid/, ...log, "--core", "many");
    await refused(/'--minimum-rating <number>' argument '' is invalid/, ...log, "--minimum-rating", "");
    await Deno.mkdir(at("split"));
    for (const part of ["train", "test"]) {
      await Deno.writeTextFile(at(`split/${part}.txt`), `0 ${part.length}\n`);
    }
    await refused(
      /split: the folder holds a split, which is taken as it is, without --split-seed; expected/,
      ...["--data", at("split"), "--split-seed", "3"],
    );
    await refused(
      /split: the folder holds a split, which is taken as it is, without --core, --split/,
      "--data",
      at("split"),
      "--core",
      "2",
      "--split",
      "temporal",
    );
  });
});

Deno.test("splitName() tells the name of a split without loading it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/mine/split`, { recursive: true });
    await Deno.writeTextFile(`${folder}/ratings.csv`, "user,item\na,x\na,y\na,z\nb,x\nb,y\nb,z\n");
    for (const [n, part] of ["train", "valid", "test"].entries()) {
      await Deno.writeTextFile(`${folder}/mine/split/${part}.txt`, `0 ${n}\n1 ${n}\n`);
    }
    const sources = ["sample", `${folder}/ratings.csv`, `${folder}/mine/split`];
    for (const source of sources) {
      for (const more of [{}, { core: 2, splitSeed: 3, minimumInteractions: 3 }]) {
        if (source.endsWith("split") && "core" in more) continue;
        const choice = { ...dataDefaults, source, ...more };
        assert.equal(await splitName(choice), (await loadSplit(choice, true)).name);
      }
    }
    assert.equal(await splitName({ ...dataDefaults, source: "citeulike" }), "citeulike");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
