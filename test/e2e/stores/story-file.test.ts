import { openTestFiles } from '../../support/stores/file.ts';
import { testStory } from './story.ts';

testStory(openTestFiles);
