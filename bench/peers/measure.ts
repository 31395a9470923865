/**
 * Measuring one piece of work in all peers, in turns.
 *
 * @module
 */
import { type Agreement, agreement } from "./agreement.ts";
import type { Inputs } from "./inputs.ts";
import { type Peer, PeerFailure, type StoredResults, UnsupportedWork } from "./peer_process.ts";
import type { Work } from "./works.ts";

/** What one peer did with a piece of work. */
export interface Measurement {
  /** The work. */
  readonly work: string;
  /** The peer's key. */
  readonly peer: string;
  /** Milliseconds of each run by the clock, for one repetition. */
  readonly times: number[];
  /** The same in processor time. */
  readonly processorTimes: number[];
  /** Whether its results agree with ours; null for ours. */
  agreement: Agreement | null;
  /** Why there are no times. */
  readonly failure: string | null;
  /** Whether that is because the peer has no such work. */
  readonly unsupported: boolean;
}

/** Whether a peer failed at what it can do, or gave other results than ours. */
export function hasFailed({ agreement, failure, unsupported }: Measurement): boolean {
  return failure !== null && !unsupported || agreement !== null && !agreement.agrees;
}

/** How long to measure. */
export interface Effort {
  /** Most timed runs of each peer. */
  readonly rounds: number;
  /** Seconds of timed runs after which a peer is not asked again. */
  readonly seconds: number;
}

/** What is asked of a peer here. */
type Measured = Pick<Peer, "key" | "prepare" | "run">;

function begun(work: string, peer: string): Measurement {
  return { work, peer, times: [], processorTimes: [], agreement: null, failure: null, unsupported: false };
}

/** Checks every peer once, then times them in turns, so that noise hits all alike. Ours is the first peer. */
export async function measure(
  inputs: Inputs,
  work: Work,
  peers: readonly Measured[],
  { rounds, seconds }: Effort,
): Promise<Measurement[]> {
  let ours: StoredResults | null = null;
  const measurements = peers.map(({ key }) => begun(work.name, key));
  const attempt = async (n: number, action: (peer: Measured) => Promise<void>) => {
    try {
      await action(peers[n]!);
    } catch (error) {
      if (!(error instanceof PeerFailure)) throw error;
      // What came before the failure is no result.
      const unsupported = error instanceof UnsupportedWork;
      measurements[n] = { ...begun(work.name, peers[n]!.key), failure: error.message, unsupported };
    }
  };
  for (let n = 0; n < peers.length; n++) {
    await attempt(n, async (peer) => {
      const results = await peer.prepare(work, `result.${peer.key}`);
      if (n === 0) ours = results;
      else if (ours) measurements[n]!.agreement = agreement(inputs, work, ours, results);
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < peers.length; n++) {
      const { times, processorTimes, failure } = measurements[n]!;
      const spent = times.reduce((sum, time) => sum + time, 0) * work.repeats / 1000;
      if (failure !== null || spent > seconds && times.length >= work.leastRuns) continue;
      await attempt(n, async (peer) => {
        const { clock, processor } = await peer.run();
        times.push(clock / work.repeats);
        processorTimes.push(processor / work.repeats);
      });
    }
  }
  return measurements;
}
