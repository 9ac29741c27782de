import { openTestKubernetes } from '../../support/stores/kubernetes.ts';
import { testStory } from './story.ts';

testStory(openTestKubernetes);
