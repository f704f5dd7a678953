import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { HOSTILE_FILES } from './hostile-files.ts';

/** Reads a thousand hostile files and prints how many were refused, how long the slowest took and what memory grew by. */
const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const slowest = { milliseconds: 0, what: '' };
let refused = 0;
let before = 0;
for (let index = 0; index < 1000; index += 1) {
  if (index === 100) before = heap();
  const [what, text] = HOSTILE_FILES[index % HOSTILE_FILES.length] ?? ['', ''];
  const start = performance.now();
  if (!readPipeline(text, 'nonevent.yaml').ok) refused += 1;
  const milliseconds = Math.round(performance.now() - start);
  if (milliseconds > slowest.milliseconds) Object.assign(slowest, { milliseconds, what });
}
const grownMegabytes = Math.round((heap() - before) / 1_048_576);
process.stdout.write(`${JSON.stringify({ read: 1000, refused, grownMegabytes, slowest })}\n`);
