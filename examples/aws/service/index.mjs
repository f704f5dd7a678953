/** Greets. The deployment gives each version its code; nothing else of the function changes. */
export const handler = async () => ({ statusCode: 200, body: 'hello' });
