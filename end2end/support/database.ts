// Changes a server's file by another program: to make as much, as old or as broken as no test could wait for.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const PROGRAM = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit(); c.close()';

/** One statement. */
export async function changeDatabase(database: string, sql: string): Promise<void> {
  await promisify(execFile)('python3', ['-c', PROGRAM, database, sql]);
}
