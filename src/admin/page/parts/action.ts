import { useCallback } from 'react'
import type { UseMutationResult } from '@tanstack/react-query'
import type { ApiError } from '../api/client.ts'
import { useConfirm, type Question } from './confirm.tsx'
import { useSay } from './toasts.tsx'

/**
 * An action as a person takes it: asked for if need be, done, and told how it went; an error always is.
 *
 * @param mutation what does it
 * @returns does it; fulfils with its answer, or undefined when it was not done
 */
export function useAction<Answer, Input>(
  mutation: UseMutationResult<Answer, ApiError, Input>,
): (input: Input, told?: (answer: Answer) => string, question?: Question) => Promise<Answer | undefined> {
  const confirm = useConfirm()
  const say = useSay()
  const { mutateAsync } = mutation
  return useCallback(
    async (input, told, question) => {
      if (question !== undefined && !(await confirm(question))) return undefined
      try {
        const answer = await mutateAsync(input)
        if (told !== undefined) say(told(answer))
        return answer
      } catch (error) {
        say((error as Error).message, 'bad')
        return undefined
      }
    },
    [mutateAsync, confirm, say],
  )
}
