import { appendFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Serves the version that it is. `$ROOT/starts` has a line for each start; a file `hold-<version>` keeps it from listening.
const { ROOT, PORT, NONEVENT_VERSION } = process.env;
appendFileSync(join(ROOT, 'starts'), `${NONEVENT_VERSION} ${process.pid}\n`);
process.stdout.write(`version ${NONEVENT_VERSION} begins\n`);
while (existsSync(join(ROOT, `hold-${NONEVENT_VERSION}`))) await sleep(10);

createServer((request, response) => {
  switch (request.url) {
    case '/health':
      response.writeHead(existsSync(join(ROOT, `sick-${NONEVENT_VERSION}`)) ? 503 : 200).end();
      break;
    case '/hang':
      response.write('begun');
      break;
    default:
      if (existsSync(join(ROOT, `dies-${NONEVENT_VERSION}`))) process.exit(7);
      response.end(NONEVENT_VERSION);
  }
}).listen(Number(PORT), '127.0.0.1', () =>
  appendFileSync(join(ROOT, `ready-${NONEVENT_VERSION}`), 'ready\n'),
);
