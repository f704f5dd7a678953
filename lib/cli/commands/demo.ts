import { z } from 'zod';
import { command } from '../command.ts';
import { runDemo } from '../demo/run-demo.ts';
import { refuseStack } from '../stack/local-only.ts';

const input = z.object({ keep: z.boolean().default(false) });

/** Deploys three releases of a sample service on a system of its own. */
export default command(input, async ({ keep }, cli) => {
  refuseStack(cli, 'demo');
  return runDemo({ keep }, cli);
});
