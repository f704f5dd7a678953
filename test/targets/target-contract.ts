import { expect, it } from 'vitest';
import { digest } from '../../lib/pipeline/release.ts';
import type { Revision, Target } from '../../lib/targets/target.ts';

const OTHER = digest.parse(`sha256:${'f'.repeat(64)}`);

export type ContractGround = {
  readonly target: Target;
  /** Two revisions that can be placed. */
  readonly revisions: readonly [Revision, Revision];
  /** Whether shares between 0 and 100 % are possible. */
  readonly canSplit: boolean;
};

/** What every target promises (see lib/targets/target.ts), whatever it runs on. */
export function targetContract(open: () => Promise<ContractGround>): void {
  const signal = (): AbortSignal => AbortSignal.timeout(20_000);

  it('places a revision without traffic, as often as it is asked to', async () => {
    const { target, revisions } = await open();
    const [first] = revisions;
    const before = (await target.state()).weights;
    const once = await target.place(first, signal());
    expect(await target.place(first, signal())).toEqual(once);
    const state = await target.state();
    expect(state.weights).toEqual(before);
    expect(state.revisions.filter(({ revision }) => revision === first.revision)).toMatchObject([
      { running: true, exits: 0 },
    ]);
  });

  it('routes to a placed revision, as often as it is asked to', async () => {
    const { target, revisions } = await open();
    const [first, second] = revisions;
    await target.place(first, signal());
    await target.route({ [first.revision]: 100 });
    await target.place(second, signal());
    await target.route({ [second.revision]: 100 });
    await target.route({ [second.revision]: 100 });
    expect((await target.state()).weights).toEqual({ [second.revision]: 100 });
  });

  it('splits the traffic, or says that it cannot', async () => {
    const { target, revisions, canSplit } = await open();
    const [first, second] = revisions;
    await target.place(first, signal());
    await target.route({ [first.revision]: 100 });
    await target.place(second, signal());
    const split = { [first.revision]: 93, [second.revision]: 7 };
    if (canSplit) {
      await target.route(split);
      expect((await target.state()).weights).toEqual(split);
    } else {
      await expect(target.route(split)).rejects.toMatchObject({ code: 'Conflict' });
      expect((await target.state()).weights).toEqual({ [first.revision]: 100 });
    }
  });

  it('does not remove what has traffic', async () => {
    const { target, revisions } = await open();
    const [first] = revisions;
    await target.place(first, signal());
    await target.route({ [first.revision]: 100 });
    await expect(target.remove(first.revision)).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('removes a revision, as often as it is asked to', async () => {
    const { target, revisions } = await open();
    const [first] = revisions;
    await target.place(first, signal());
    await target.remove(first.revision);
    await target.remove(first.revision);
    const names = (await target.state()).revisions.map(({ revision }) => revision);
    expect(names).not.toContain(first.revision);
  });

  it('does not route to what is not placed', async () => {
    const { target } = await open();
    await expect(target.route({ '9.9.9-bbbbbbbb': 100 })).rejects.toMatchObject({ code: 'TargetFailed' });
  });

  it('refuses weights that do not make 100', async () => {
    const { target, revisions } = await open();
    const [first] = revisions;
    await target.place(first, signal());
    await expect(target.route({ [first.revision]: 60 })).rejects.toMatchObject({ code: 'InvalidInput' });
  });

  it('does not place another artifact under the name of a placed revision', async () => {
    const { target, revisions } = await open();
    const [first] = revisions;
    await target.place(first, signal());
    await expect(target.place({ ...first, artifact: OTHER }, signal())).rejects.toMatchObject({
      code: 'Conflict',
    });
  });
}
