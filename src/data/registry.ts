/**
 * The public datasets that hetcomp knows by name. Nothing of them is part of this project: the registry says where they
 * are published, and the checksum decides whether a file is the right one. This module is browser compatible.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import { meantName } from "../nearest_ids.ts";

/** One file of a registry dataset. */
export interface DatasetFile {
  /** Its name in the dataset's folder. */
  readonly name: string;
  /** Where it is published, or null if the file is not published in this form. */
  readonly url: string | null;
  /** The SHA-256 of the file in this form: 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Its size in bytes. */
  readonly bytes: number;
}

/** One dataset of the registry. */
export interface DatasetEntry {
  /** The name to load it by. */
  readonly name: string;
  /** `users.dat`: interactions, not split. `split`: a published split in train.txt and test.txt, without validation part. */
  readonly form: "users.dat" | "split";
  /** The page of the source. */
  readonly source: string;
  /** The terms of use that the source states. */
  readonly terms: string;
  /** What to know before using it. */
  readonly note: string;
  /** The files it consists of. */
  readonly files: readonly DatasetFile[];
  /** Users with fewer distinct items are left out by default; 1 leaves nobody out. */
  readonly minimumInteractions: number;
  /** Users after that filter. */
  readonly users: number;
  /** Items after that filter. */
  readonly items: number;
  /** Distinct (user, item) pairs after that filter. */
  readonly pairs: number;
}

const none = "none stated";
const raw = "https://raw.githubusercontent.com";

/** The registry. Figures are those after the default filter. */
export const datasetRegistry: readonly DatasetEntry[] = [
  {
    name: "citeulike",
    form: "users.dat",
    source: "https://github.com/js05212/citeulike-t",
    terms: none,
    note:
      "Articles in the libraries of CiteULike users (citeulike-t). Before the filter: 7,947 users, 134,860 pairs.",
    files: [{
      name: "users.dat",
      url: `${raw}/js05212/citeulike-t/HEAD/users.dat`,
      sha256: "02d5d429b2c0362e0ed79f6ef204666b4092563d21493abf4dfb521e8a7078bf",
      bytes: 770_649,
    }],
    minimumInteractions: 5,
    users: 5_219,
    items: 25_181,
    pairs: 125_580,
  },
  {
    name: "foursquare",
    form: "users.dat",
    source: "https://github.com/hieunm44/hyperkdma",
    terms: none,
    note:
      "Check-ins at places, each pair counted once; github.com/allenjack/SAE-NAD names the origin of the check-ins.",
    files: [{
      name: "users.dat",
      url:
        `${raw}/hieunm44/hyperkdma/11d24f6fcb044208d4b82b757877d5d33524dc86/Data%20sets/Foursquare/users.dat`,
      sha256: "808c42ee414bdef5990e4f61143e2e02f1d266c59b303f37b4050a99d2536c78",
      bytes: 3_937_712,
    }],
    minimumInteractions: 5,
    users: 24_941,
    items: 28_593,
    pairs: 717_086,
  },
  {
    name: "amazon-music",
    form: "users.dat",
    source: "https://github.com/StupidThree/SIGformer",
    terms: none,
    note:
      "The source publishes rated pairs in three files (data/amazon-music/train.txt, valid.txt, test.txt); the checksum " +
      "is that of the three joined into one users.dat, which has no address of its own: bring the file.",
    files: [{
      name: "users.dat",
      url: null,
      sha256: "1e01cf890fb3e8c8e2d4170fa62d9948cef9e5a7350b389df6b9a89524fbced0",
      bytes: 210_623,
    }],
    minimumInteractions: 5,
    users: 3_472,
    items: 2_498,
    pairs: 49_875,
  },
  {
    name: "gowalla",
    form: "split",
    source: "https://github.com/gusye1234/LightGCN-PyTorch",
    terms: none,
    note:
      "Check-ins, in the split that the LightGCN papers report on (810,128 training and 217,242 test pairs): read the " +
      "folder as a split for comparable figures; loading it as a dataset joins the two files.",
    files: [
      {
        name: "train.txt",
        url: `${raw}/gusye1234/LightGCN-PyTorch/HEAD/data/gowalla/train.txt`,
        sha256: "0f086326b28a56c2e6dcb81d86ee72d4ccb7eed3a8d26788392356d8f51111cc",
        bytes: 4_633_414,
      },
      {
        name: "test.txt",
        url: `${raw}/gusye1234/LightGCN-PyTorch/HEAD/data/gowalla/test.txt`,
        sha256: "099a2a73924e4b754dc6efd730d764f492321b53c38eb93298850c83acf57be3",
        bytes: 1_372_559,
      },
    ],
    minimumInteractions: 1,
    users: 29_858,
    items: 40_981,
    pairs: 1_027_370,
  },
];

/**
 * Looks a dataset up by name.
 *
 * @param name A name of the registry.
 * @returns The entry.
 * @throws {DataError} naming the known datasets, if there is none of that name.
 */
export function registryEntry(name: string): DatasetEntry {
  const entry = datasetRegistry.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = datasetRegistry.map((candidate) => candidate.name);
  const right = meantName(name, names) ?? `one of ${names.join(", ")}`;
  throw new DataError({ file: name }, "the registry has no dataset of this name", right);
}
