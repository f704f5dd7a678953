const TURNS = 60;
const TURN_MILLISECONDS = 10;

/** The milliseconds that each task takes at its fastest, all measured in turns so that all meet the same machine. */
export function fastest<Tasks extends readonly (() => unknown)[]>(
  tasks: readonly [...Tasks],
): { readonly [Index in keyof Tasks]: number } {
  const best = tasks.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < TURNS; turn++)
    for (const [index, task] of tasks.entries())
      best[index] = Math.min(best[index] ?? Number.POSITIVE_INFINITY, turnOf(task));
  return best as unknown as { readonly [Index in keyof Tasks]: number };
}

function turnOf(task: () => unknown): number {
  let times = 0;
  const begun = performance.now();
  let now = begun;
  while (now - begun < TURN_MILLISECONDS) {
    task();
    times += 1;
    now = performance.now();
  }
  return (now - begun) / times;
}
