import assert from "node:assert/strict";
import { generateSample } from "../../src/data/sample.ts";
import { printUsersDat } from "../data/list_texts.ts";
import { withoutAdapter } from "./run_program.ts";
import { fail, filesUnder, shortRun, smallData, succeed, temporaryFolder } from "./small_run.ts";

/** Runs `distill` with other data or options; nothing may come into being beside what was there. */
class Attempts {
  constructor(readonly folder: string) {}

  at(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Options that choose data, teachers and run folder. */
  place(data: string, out = "run"): string[] {
    return ["--data", this.at(data), "--teachers-folder", this.at("teachers"), "--out", this.at(out)];
  }

  async refused(message: RegExp, args: string[], env: Record<string, string> = {}): Promise<void> {
    const before = filesUnder(this.folder);
    await fail(message, args, { env });
    assert.deepEqual(filesUnder(this.folder), before);
  }

  distill(message: RegExp, data: string, ...more: string[]): Promise<void> {
    return this.refused(message, ["distill", ...shortRun, "--epochs", "2", ...this.place(data), ...more]);
  }
}

const sampleOfFewItems = () =>
  printUsersDat(generateSample({ users: 60, items: 40, interactions: 540, communities: 2 }).interactions);

/** What a users.dat holds, and what is said about it. */
const badFiles: Record<string, [string, RegExp]> = {
  "an empty file": ["", /data\.dat: the file is empty; expected lines of whole numbers$/],
  "a file of blanks": [" \n\n", /data\.dat: the file is empty/],
  "a word in place of a number": [
    "2 1 2\n3 1 two 3\n",
    /data\.dat:2, field 3: "two" is not a non-negative integer/,
  ],
  "a negative number": ["2 1 -2\n", /data\.dat:1, field 3: "-2" is not a non-negative integer/],
  "a table of unknown columns": [
    "who,what\n1,2\n",
    /data\.dat:1: none of the columns "who", "what" is known to hold the users; expected one of user_id, /,
  ],
  "a count above the number of items": [
    "2 1 2\n5 1 2\n",
    /data\.dat:2, field 1: the count is 5, but 2 items follow; expected the number of items on the line$/,
  ],
  "a count below the number of items": [
    "1 1 2\n",
    /data\.dat:1, field 1: the count is 1, but 2 items follow/,
  ],
  "an empty line within the file": ["1 1\n\n1 2\n", /data\.dat:2: the line is empty; expected a count/],
  "an item id beyond 32 bits": [
    "2 1 4294967296\n",
    /data\.dat:1, field 3: the number "4294967296" is too large; expected a whole number from 0 to 4294967295$/,
  ],
  "only users without items": ["0\n0\n", /data\.dat: there is no interaction; expected at least one$/],
  "only users with one item": [
    "1 1\n1 2\n1 3\n",
    /data\.dat: nobody has validation items, .*; expected users with 5 items or more/,
  ],
  "too few items for Recall@50 to tell models apart": [
    sampleOfFewItems(),
    /data\.dat: with 40 items, no user has more than 50 to be ranked, .*; expected more items$/,
  ],
};

Deno.test("distill refuses a malformed users.dat, naming file, line and field", async (t) => {
  for (const [name, [content, message]] of Object.entries(badFiles)) {
    await t.step(name, async () => {
      await using folder = await temporaryFolder();
      await Deno.writeTextFile(`${folder.path}/data.dat`, content);
      await new Attempts(folder.path).distill(message, "data.dat");
    });
  }
});

Deno.test("distill refuses a folder without interactions, or with half a split", async () => {
  await using folder = await temporaryFolder();
  const attempts = new Attempts(folder.path);
  await Deno.mkdir(attempts.at("data"));
  await attempts.distill(/data: the folder holds no interactions; expected a file users\.dat, or/, "data");
  await Deno.writeTextFile(attempts.at("data/train.txt"), "0 1 2\n1 2 3\n");
  await Deno.writeTextFile(attempts.at("data/test.txt"), "0 3\n1 x\n");
  await attempts.distill(/data\/test\.txt:2, field 2: "x" is not a non-negative integer/, "data");
  await Deno.writeTextFile(attempts.at("data/test.txt"), "0 3\n1 3\n");
  await attempts.distill(/data\/test\.txt:2: user 1 has item 3 here and in .*train\.txt/, "data");
  await Deno.writeTextFile(attempts.at("data/test.txt"), "0 3\n1 1\n");
  await attempts.distill(/data: nobody has validation items/, "data");
});

Deno.test("distill refuses options it cannot use", async (t) => {
  await using folder = await temporaryFolder();
  const attempts = new Attempts(folder.path);
  await Deno.writeTextFile(attempts.at("small.dat"), smallData());
  const refusals: [RegExp, ...string[]][] = [
    [
      /no user has 1000 interactions; expected a lower minimumInteractions$/,
      "--minimum-interactions",
      "1000",
    ],
    [/'--minimum-interactions <number>' argument '-3' is invalid/, "--minimum-interactions", "-3"],
    [/'--dim <number>' argument '0' is invalid\. expected a positive integer$/, "--dim", "0"],
    [/'--dim <number>' argument '2\.5' is invalid/, "--dim", "2.5"],
    [/'--epochs <number>' argument 'many' is invalid/, "--epochs", "many"],
    [/'--learning-rate <number>' argument '0' is invalid/, "--learning-rate", "0"],
    [/'--learning-rate <number>' argument 'NaN' is invalid/, "--learning-rate", "NaN"],
    [/'--seed <number>' argument '-1' is invalid\. expected an integer from 0/, "--seed", "-1"],
    [/'--teachers <kinds>' argument 'MF,X Y' is invalid\. there is no teacher "X Y"/, "--teachers", "MF,X Y"],
    [/'--teachers <kinds>' argument 'MF,MF' is invalid\. a teacher is named twice/, "--teachers", "MF,MF"],
    [
      /'--scores <form>' argument 'loose' is invalid\. Allowed choices are free, clamped/,
      "--scores",
      "loose",
    ],
    [/'--adapter <kind>' argument 'fast' is invalid/, "--adapter", "fast"],
    [/'--out <folder>' argument '' is invalid\. expected a path$/, "--out", ""],
    [/'--teachers-folder <folder>' argument '' is invalid\. expected a path$/, "--teachers-folder", ""],
    [/unknown option '--dimension'/, "--dimension", "6"],
    [/too many arguments/, "citeulike"],
  ];
  for (const [message, ...options] of refusals) {
    await t.step(options.join(" "), () => attempts.distill(message, "small.dat", ...options));
  }
  await t.step(
    "data that is not there",
    () =>
      attempts.distill(
        /none\.dat: there is no such dataset, file or folder; expected one of sample, /,
        "none.dat",
      ),
  );
});

Deno.test("distill refuses a run folder that cannot be made, before any training", async () => {
  await using folder = await temporaryFolder();
  const attempts = new Attempts(folder.path);
  await Deno.writeTextFile(attempts.at("small.dat"), smallData());
  await attempts.refused(
    /small\.dat\/run\/config\.json: the file cannot be written \(ENOTDIR/,
    ["distill", ...shortRun, ...attempts.place("small.dat", "small.dat/run")],
  );
  await Deno.mkdir(attempts.at("run"));
  await Deno.writeTextFile(attempts.at("run/config.json"), "{}");
  await attempts.distill(
    /run exists already; name another with --out, or continue it with --resume .*run$/,
    "small.dat",
  );
  const under = attempts.at("small.dat/teachers");
  await Deno.remove(attempts.at("run"), { recursive: true });
  await attempts.distill(
    /small\.dat\/teachers\/small\/MF\/claim: the file cannot be locked \(Not a directory/,
    "small.dat",
    ...["--teachers-folder", under],
  );
});

const linux = { ignore: Deno.build.os !== "linux" };

Deno.test("without an adapter, or one of the wanted kind, nothing is begun", linux, async () => {
  await using folder = await temporaryFolder();
  const attempts = new Attempts(folder.path);
  await Deno.writeTextFile(attempts.at("small.dat"), smallData());
  const hidden = { ...withoutAdapter, HETCOMP_EMBEDDED_DRIVER: "never" };
  const place = attempts.place("small.dat");
  const none = /no WebGPU adapter was found, .*install a GPU driver with Vulkan/;
  await attempts.refused(none, ["distill", ...place], hidden);
  await attempts.refused(none, ["teachers", ...place.slice(0, 4)], hidden);
  await attempts.refused(none, ["evaluate", attempts.at("a.safetensors"), ...place.slice(0, 2)], hidden);
  const hardware = /no hardware WebGPU adapter was found; install/;
  await attempts.refused(hardware, ["distill", ...place, "--adapter", "hardware"], hidden);
});

Deno.test("damaged teachers and students are refused with the reason", async (t) => {
  await using folder = await temporaryFolder();
  const attempts = new Attempts(folder.path);
  const at = (name: string) => attempts.at(name);
  await Deno.writeTextFile(at("small.dat"), smallData());
  await succeed("distill", ...shortRun, "--epochs", "2", ...attempts.place("small.dat", "good"));
  const step = (name: string, work: () => Promise<void>) => t.step(name, work);

  const manifestPath = at("teachers/small/MF/manifest.json");
  const tensorsPath = at("teachers/small/MF/trajectory.safetensors");
  const manifest = await Deno.readTextFile(manifestPath);
  const tensors = await Deno.readFile(tensorsPath);
  const advice = "; to train it anew, delete that folder or name another with --teachers-folder$";
  const teacher = (reason: string) => new RegExp(`teachers/small/MF cannot be used: ${reason}.*${advice}`);
  const damaged = async (reason: string, path: string, content: string | Uint8Array) => {
    const good = await Deno.readFile(path);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    await attempts.distill(teacher(reason), "small.dat");
    await Deno.writeFile(path, good);
  };
  await step(
    "a trajectory that was cut off",
    () =>
      damaged("trajectory.safetensors is truncated: it has \\d+ bytes", tensorsPath, tensors.slice(0, -9)),
  );
  await step("a trajectory with one byte changed", async () => {
    const corrupted = tensors.slice();
    corrupted[corrupted.length - 100]! ^= 1;
    await damaged("trajectory.safetensors is corrupted: its SHA-256", tensorsPath, corrupted);
  });
  await step("a manifest that is not JSON", () => damaged("manifest.json is not JSON", manifestPath, "{"));
  await step(
    "a manifest of something else",
    () => damaged("manifest.json is not the manifest of a trajectory", manifestPath, '{"format": 3}'),
  );
  await step("a manifest of a later version", () =>
    damaged(
      "manifest.json has the format version 9; this program reads version 1",
      manifestPath,
      manifest.replace('"version": 1', '"version": 9'),
    ));
  await step("a manifest of another split", () =>
    damaged(
      "it was made from another split \\(fingerprint 0{64}, wanted [0-9a-f]{64}\\)",
      manifestPath,
      manifest.replace(/("fingerprint": )"\w+"/, `$1"${"0".repeat(64)}"`),
    ));
  await step("a trajectory that is gone, though its manifest is there", async () => {
    await Deno.remove(tensorsPath);
    await attempts.distill(teacher(".*trajectory.safetensors: there is no such file"), "small.dat");
    await Deno.writeFile(tensorsPath, tensors);
  });
  await step("teachers of the same name, but of other users", async () => {
    await Deno.mkdir(at("other"));
    await Deno.writeTextFile(at("other/small.dat"), smallData().split("\n").slice(0, 70).join("\n"));
    await attempts.distill(
      teacher("it is of 100 users and 150 items, the split 'small' of 70 and \\d+"),
      "other/small.dat",
    );
    await Deno.remove(at("other"), { recursive: true });
  });
  await step("the undamaged teacher is accepted", async () => {
    await succeed("distill", ...shortRun, "--epochs", "2", ...attempts.place("small.dat", "again"));
  });

  const student = await Deno.readFile(at("good/student.safetensors"));
  const evaluate = (message: RegExp, path: string, ...more: string[]) =>
    attempts.refused(message, ["evaluate", at(path), "--data", at("small.dat"), ...more]);
  const badStudent = async (message: RegExp, content: Uint8Array) => {
    await Deno.writeFile(at("bad.safetensors"), content);
    await evaluate(message, "bad.safetensors");
  };
  await step("a student that holds NaN", async () => {
    const broken = student.slice();
    const view = new DataView(broken.buffer);
    const data = 8 + Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(broken.subarray(8, data)));
    view.setFloat32(data + header.user_factors.data_offsets[0] + 4 * 6 * 17, NaN, true);
    await badStudent(
      /bad\.safetensors: .*'userFactors' is unusable: row 17 holds NaN; expected finite numbers$/,
      broken,
    );
  });
  await step(
    "a student that was cut off",
    () => badStudent(/bad\.safetensors: the file is truncated/, student.slice(0, 5000)),
  );
  await step(
    "a file that is no student",
    () => badStudent(/bad\.safetensors: this is not a student/, tensors),
  );
  await step("a student that is not there", () => evaluate(/none: there is no such file$/, "none"));
  await step(
    "a folder in place of a student",
    () => evaluate(/good: this is a folder; expected a file$/, "good"),
  );
  await step("a student of other data, and one of another split", async () => {
    const place = ["evaluate", at("good/student.safetensors")];
    const other = /was distilled on another split \(small, 100 users, 150 items\) than .* gives \(/;
    await attempts.refused(other, [...place, "--data", "sample"]);
    await attempts.refused(other, [...place, "--data", at("small.dat"), "--split-seed", "2"]);
  });
  await step("cut-offs that are no positive integers", async () => {
    for (const k of ["0", "ten", "10,", "-5"]) await evaluate(/'--k <numbers>' argument/, "good", `--k=${k}`);
  });
  await step("a file of per-user metrics that exists", async () => {
    const path = "good/student.safetensors";
    await evaluate(
      /small\.dat exists already; name another with --per-user$/,
      path,
      "--per-user",
      at("small.dat"),
    );
  });
});
