import { foldSealsHandler } from '../fold-seals.ts';
import { openAudits } from './audits.ts';
import { onLambda } from './on-lambda.ts';

const audits = openAudits();

export const handler = onLambda(() => foldSealsHandler(audits));
