import type { Digest } from '../pipeline/release.ts';

/** Where packed sources and built artifacts are kept, by the digest of their content. */
export type Artifacts = {
  /** Packs a folder and keeps it. `ignored: 'vcs'` leaves out what git would not track; `'nothing'` takes everything. */
  pack(folder: string, ignored: 'vcs' | 'nothing'): Promise<Digest>;
  /** Unpacks into a folder that does not exist yet or is empty; checks the digest while reading. */
  unpack(artifact: Digest, folder: string): Promise<void>;
};
