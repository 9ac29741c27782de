import { openTestAws } from '../../support/stores/aws.ts';
import { testStory } from './story.ts';

testStory(openTestAws);
