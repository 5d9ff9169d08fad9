import Contracts

@testable import Saga

extension PlantedBug {
    static let ofTheEngine = [
        PlantedBug(
            "an answer is taken for that of whatever is outstanding",
            found: "an effect stands", within: 8
        ) { $0.advance = answersOfEitherDirection },
        PlantedBug(
            "a late answer turns the saga forward", in: ExploredSagas.errands,
            found: "done before", within: 6
        ) {
            $0.advance = lateAnswerAccepted
        },
        PlantedBug("a silent step is not compensated", found: "an effect stands", within: 6) {
            $0.advance = silenceTakenForRefusal(.compensatable)
        },
        PlantedBug("a silent pivot is given up", found: "its pivot stands", within: 9) {
            $0.advance = silenceTakenForRefusal(.pivot)
        },
        PlantedBug("the undo of the first step is dropped", found: "an effect stands", within: 8) {
            $0.advance = firstUndoDropped
        },
        PlantedBug(
            "steps are undone in the order they were done", in: ExploredSagas.errands,
            found: "undone before", within: 8
        ) {
            $0.advance = undoneFirstToLast
        },
        PlantedBug(
            "a silent sibling in a group is not undone", in: ExploredSagas.journey,
            found: "an effect stands", within: 8
        ) { $0.advance = siblingsForgotten },
        PlantedBug("a timeout moves what has ended", found: "after the end", within: 12) {
            $0.advance = timeoutAfterTheEnd
        },
        PlantedBug("a retry moves what has ended", found: "after the end", within: 12) {
            $0.advance = resumedAfterTheEnd
        },
        PlantedBug("a cancel comes through after the pivot", found: "pivot stands", within: 8) {
            $0.advance = cancelledPastThePivot
        },
        PlantedBug("an undo that is refused is given up", found: "an effect stands", within: 10) {
            $0.advance = refusedUndoGivenUp
        },
    ]

    /// Matches answers by their step only.
    private static let answersOfEitherDirection: Machinery.Advance = { progress, event, plan in
        guard case .answered(let step, _, let answer) = event else {
            return Engine.advance(progress, on: event, of: plan)
        }
        return Engine.advance(
            progress, on: .answered(step: step, direction: progress.direction, answer), of: plan)
    }

    private static let lateAnswerAccepted: Machinery.Advance = { progress, event, plan in
        guard case .answered(let step, .action, .done) = event,
            progress.phase == .compensating, let index = plan.index(of: step),
            progress.standing.contains(index)
        else { return Engine.advance(progress, on: event, of: plan) }
        var forward = progress
        forward.phase = .running
        forward.failure = nil
        forward.requests = []
        var turn = Engine.Turn(plan: plan, progress: forward)
        turn.goOn()
        return (turn.progress, turn.effects)
    }

    private static func silenceTakenForRefusal(_ kind: Plan.Kind) -> Machinery.Advance {
        { progress, event, plan in
            guard case .elapsed(let step, .action) = event, progress.phase == .running,
                let index = plan.index(of: step), plan.steps[index].kind == kind,
                let request = progress.requests.first(where: { $0.step == index }),
                request.waiting == .answer, request.attempt >= plan.steps[index].retry.attempts
            else { return Engine.advance(progress, on: event, of: plan) }
            return Engine.advance(
                progress,
                on: .answered(
                    step: step, direction: .action, .refused(code: "no-answer", detail: "")),
                of: plan)
        }
    }

    private static let firstUndoDropped: Machinery.Advance = { progress, event, plan in
        let (after, effects) = Engine.advance(progress, on: event, of: plan)
        let isFirst = { (effect: Engine.Effect) in
            if case .ask(0, .compensation, _, _) = effect { true } else { false }
        }
        guard effects.contains(where: isFirst) else { return (after, effects) }
        let (dropped, more) = Engine.advance(
            after,
            on: .answered(step: plan.steps[0].name, direction: .compensation, .done), of: plan)
        return (dropped, effects.filter { !isFirst($0) } + more)
    }

    private static let undoneFirstToLast: Machinery.Advance = { progress, event, plan in
        var (after, effects) = Engine.advance(progress, on: event, of: plan)
        guard after.phase == .compensating, let first = after.standing.first,
            let position = effects.firstIndex(where: {
                if case .ask(_, .compensation, 1, _) = $0 { true } else { false }
            })
        else { return (after, effects) }
        after.requests = [Progress.Request(step: first, attempt: 1, waiting: .answer)]
        effects[position] = .ask(
            step: first, direction: .compensation, attempt: 1, timeout: plan.steps[first].timeout)
        return (after, effects)
    }

    private static let siblingsForgotten: Machinery.Advance = { progress, event, plan in
        guard case .answered(let step, .action, .refused) = event, progress.phase == .running,
            let index = plan.index(of: step),
            progress.requests.contains(where: { $0.step == index })
        else { return Engine.advance(progress, on: event, of: plan) }
        var alone = progress
        alone.requests.removeAll { $0.step != index }
        return Engine.advance(alone, on: event, of: plan)
    }

    private static let timeoutAfterTheEnd: Machinery.Advance = { progress, event, plan in
        guard case .elapsed(let step, _) = event, progress.hasEnded,
            let index = plan.index(of: step)
        else { return Engine.advance(progress, on: event, of: plan) }
        var turn = Engine.Turn(plan: plan, progress: progress)
        turn.ask(index)
        return (turn.progress, turn.effects)
    }

    private static let resumedAfterTheEnd: Machinery.Advance = { progress, event, plan in
        guard event == .resumed, progress.hasEnded else {
            return Engine.advance(progress, on: event, of: plan)
        }
        var turn = Engine.Turn(plan: plan, progress: progress)
        turn.ask(0)
        return (turn.progress, turn.effects)
    }

    private static let cancelledPastThePivot: Machinery.Advance = { progress, event, plan in
        guard case .turnedRound = event, progress.phase == .running else {
            return Engine.advance(progress, on: event, of: plan)
        }
        var early = progress
        early.standing.removeAll { $0 >= plan.pivot }
        early.requests.removeAll { $0.step >= plan.pivot }
        return Engine.advance(early, on: event, of: plan)
    }

    private static let refusedUndoGivenUp: Machinery.Advance = { progress, event, plan in
        guard case .answered(let step, .compensation, .refused) = event else {
            return Engine.advance(progress, on: event, of: plan)
        }
        return Engine.advance(
            progress, on: .answered(step: step, direction: .compensation, .done), of: plan)
    }
}
