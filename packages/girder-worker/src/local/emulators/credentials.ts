/** What every client of the local stack says; the emulators take anything. */
export const localRegion = 'us-east-1';
export const localCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };
