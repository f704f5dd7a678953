import { pipelineOf } from './test/infra/synthesized.ts';
import { readFileSync } from 'node:fs';
import { readPipeline } from './lib/pipeline/read-pipeline.ts';
const text=/const SHOP = `([^`]*)`/.exec(readFileSync('test/infra/synthesized.ts','utf8'))![1]!;
console.log(readPipeline(text,'x').findings.map(f=>f.line+' '+f.code+' '+f.severity+' '+f.message+' '+f.hint).join('\n'));
