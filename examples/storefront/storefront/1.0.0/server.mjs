import { readFileSync } from 'node:fs';
import { createStorefront } from './storefront.mjs';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
const port = Number(process.env.PORT ?? 3000);

const server = createStorefront(version);
server.listen(port, '127.0.0.1', () => {
  process.stdout.write(`storefront ${version} listens on port ${server.address().port}\n`);
});

// Open requests are finished before the process ends.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
