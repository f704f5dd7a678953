import type { Metafile } from 'esbuild';

/** The bytes that a bundle reads before its first invocation: its entry and all that this imports, but nothing that it imports on demand. */
export function bytesAtStart({ outputs }: Metafile, entry: string): number {
  const read = new Set<string>();
  const visit = (file: string): void => {
    const output = outputs[file];
    if (output === undefined || read.has(file)) return;
    read.add(file);
    for (const { kind, path } of output.imports) if (kind === 'import-statement') visit(path);
  };
  for (const [file, { entryPoint }] of Object.entries(outputs)) if (entryPoint === entry) visit(file);
  return [...read].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
}
