import { arch, availableParallelism, release, totalmem, type } from 'node:os';

/** What a process on this machine runs on. */
export function machine(): Readonly<Record<string, string | number>> {
  return {
    os: type(),
    release: release(),
    architecture: arch(),
    cpus: availableParallelism(),
    memoryMegabytes: Math.round(totalmem() / 1_048_576),
  };
}
