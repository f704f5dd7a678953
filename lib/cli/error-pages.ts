import type { ErrorCode } from '../nonevent-error.ts';

/** What an error of the system means, and what to do about it. */
export type ErrorPage = { readonly meaning: string; readonly next: string };

/** The page of every error code: `nonevent explain CODE`. */
export const ERROR_PAGES: Readonly<Record<ErrorCode, ErrorPage>> = {
  StoreUnavailable: {
    meaning:
      'the history could not be read or written, even after several attempts; nothing was half written',
    next: 'run `nonevent doctor`; free some disk or start `nonevent dev` again, then repeat the command',
  },
  CommitTooLarge: {
    meaning: 'what was to be recorded at once is over the size limit of a commit; nothing was written',
    next: 'make the pipeline file smaller, or let its commands print less',
  },
  HistoryCorrupt: {
    meaning: 'a stream has a gap, a broken hash chain, or an event that cannot have happened there',
    next: 'run `nonevent audit verify`, compare the stream it names with a backup, and change nothing',
  },
  UnknownEvent: {
    meaning: 'the history holds an event that only a newer version of Nonevent knows',
    next: 'use the version of Nonevent that wrote it, or a later one',
  },
  TargetFailed: {
    meaning: 'a revision could not be placed, given traffic or removed',
    next: 'read `nonevent explain latest`: it shows what the service said',
  },
  ArtifactFailed: {
    meaning: 'a packed source or a built artifact is missing, damaged, or could not be packed',
    next: 'deploy again with `nonevent deploy --again`, which packs the source anew',
  },
  CommandFailed: {
    meaning: 'a command of a stage could not be run at all',
    next: 'run the command by hand in a clean copy of the source',
  },
  InvalidInput: {
    meaning: 'something that was given does not have the form that was expected',
    next: 'correct what the message names; every command has `--help`',
  },
  NotFound: {
    meaning: 'there is no such deployment, stage, environment or file',
    next: 'see what there is with `nonevent status`',
  },
  Conflict: {
    meaning: 'somebody else was first, or the deployment has already ended',
    next: 'see what runs with `nonevent status`',
  },
  Unreachable: {
    meaning: 'no local system, no credentials or no network',
    next: 'start the local system with `nonevent dev`, or run `nonevent doctor`',
  },
};
