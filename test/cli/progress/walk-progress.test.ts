import { describe, expect, it } from 'vitest';
import { walkLine } from '../../../lib/cli/progress/walk-progress.ts';

describe('a walk over a table', () => {
  it('is told with how much of what, how fast, and how long still', () => {
    expect(
      walkLine({ commits: 250_000, events: 1, of: 1_000_000 }, { walked: 250_000, milliseconds: 10_000 }),
    ).toBe(
      '██████░░░░░░░░░░░░░░░░░░ 25%  250000 of about 1000000 commits, 25000 commits/s, about 30.0s left',
    );
  });

  it('that goes on where another was interrupted is as fast as it is itself', () => {
    expect(walkLine({ commits: 500, events: 1, of: 1000 }, { walked: 100, milliseconds: 1000 })).toContain(
      '500 of about 1000 commits, 100 commits/s, about 5.0s left',
    );
  });

  it('of nobody knows how much has no end', () => {
    expect(walkLine({ commits: 500, events: 1, of: undefined }, { walked: 500, milliseconds: 1000 })).toBe(
      '500 commits, 500 commits/s',
    );
    expect(walkLine({ commits: 500, events: 1, of: 400 }, { walked: 0, milliseconds: 0 })).toBe(
      '500 commits, 0 commits/s',
    );
  });
});
