// The floor of `grantry --help`: loads commander and prints a line.
import { Command } from 'commander';

process.stdout.write(`${new Command('bare').name()}\n`);
