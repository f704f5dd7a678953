import { writeFileSync } from 'node:fs';
import { pipelineDocuments } from '../lib/pipeline/reference/documents.ts';

// Run with `npx node docs/generate.ts`. A test fails where a written file is not what this would write.
for (const [file, text] of Object.entries(pipelineDocuments())) {
  writeFileSync(new URL(file, import.meta.url), text);
}
