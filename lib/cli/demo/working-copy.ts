import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILE_NAME } from '../settings.ts';
import type { Service } from './plan.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/storefront', import.meta.url));

/** The ports in the pipeline files of the example: a service in an environment each. */
export const PORTS = {
  'storefront production': 8080,
  'catalogue production': 8081,
  'storefront staging': 8180,
  'catalogue staging': 8181,
} as const;
export type ServiceInEnvironment = keyof typeof PORTS;

/** Where the databases are in the pipeline files of the example. */
const DATABASES = '/tmp/storefront';

/** What stands in for the ports and the folder that the pipeline files name, so that nothing of the machine is in the way. */
export type Substitutes = {
  readonly ports: Readonly<Record<ServiceInEnvironment, number>>;
  readonly databases: string;
};

/**
 * Makes a folder hold a release of a service and nothing else, as a checkout would: a release's folder holds what has changed
 * since the one before. In its pipeline file the ports and the databases are those given; everything else is as the team wrote it.
 */
export async function checkOut(
  { service, version }: { readonly service: Service; readonly version: string },
  folder: string,
  substitutes: Substitutes,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const earlier of await versionsUpTo(service, version)) {
    await cp(join(EXAMPLE, service, earlier), folder, { recursive: true });
  }
  const file = join(folder, FILE_NAME);
  await writeFile(file, substituted(await readFile(file, 'utf8'), substitutes));
}

/** The releases of a service up to one, oldest first. */
export async function versionsUpTo(service: Service, version: string): Promise<readonly string[]> {
  const versions = await readdir(join(EXAMPLE, service));
  const byNumber = new Intl.Collator('en', { numeric: true });
  return versions.sort(byNumber.compare).filter((each) => byNumber.compare(each, version) <= 0);
}

function substituted(text: string, { ports, databases }: Substitutes): string {
  const byNumber = new Map(
    Object.entries(PORTS).map(([service, port]) => [String(port), ports[service as ServiceInEnvironment]]),
  );
  return text
    .replace(/\b\d{4}\b/g, (digits) => String(byNumber.get(digits) ?? digits))
    .replaceAll(DATABASES, databases);
}
