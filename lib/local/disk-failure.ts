import { messageOf, NoneventError } from '../nonevent-error.ts';

/** The error for a file that could not be read or written: says whether the disk is full, read-only or something else. */
export function diskFailure(attempt: string, path: string, thrown: unknown): NoneventError {
  const code = codeOf(thrown);
  const { why, hint } = explain(code, thrown);
  return new NoneventError('StoreUnavailable', `could not ${attempt} ${path}: ${why}`, {
    fields: { path, error: code },
    hint,
    cause: thrown,
  });
}

/** The system's name for what went wrong with a file, such as `ENOENT`. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}

function explain(code: string, thrown: unknown): { readonly why: string; readonly hint: string } {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return {
        why: `the disk is full (${code})`,
        hint: 'free some space and start `nonevent dev` again; what was acknowledged is kept',
      };
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return {
        why: `it may not be written (${code})`,
        hint: 'give this user the right to write there, or choose another data folder',
      };
    default:
      return { why: messageOf(thrown), hint: 'nonevent doctor' };
  }
}
