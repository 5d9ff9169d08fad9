import Contracts
import Metrics

/// What a saga's runner counts. The instruments are looked up when they are used, because a runner
/// may be made before the process has chosen its metrics system.
///
/// They are counted inside the transaction: one that is rolled back and run again counts again.
///
/// | metric | labels |
/// |---|---|
/// | `saga_started_total` | saga |
/// | `saga_ended_total` | saga, outcome (`succeeded`, `compensated`) |
/// | `saga_duration_seconds` | saga, outcome: from start to end |
/// | `saga_asked_total` | saga, step, direction: commands sent, repeated ones included |
/// | `saga_retried_total` | saga, step, direction: commands sent again |
/// | `saga_silent_total` | saga, step, direction: timeouts |
/// | `saga_refused_total` | saga, step, direction |
/// | `saga_overdue_total` | saga, step: timeouts of a step that must not be given up; alert on it |
/// | `saga_interventions_total` | saga, step: a person is needed; alert on it |
/// | `saga_put_off_total` | saga: one cannot be read or moved when its time is up; alert on it |
/// | `saga_late_answers_total` | saga: late and repeated answers, which move nothing |
struct SagaMetrics: Sendable {
    let saga: String

    /// Begins what is alerted on with 0. A series that is born with 1 has not risen, as Prometheus'
    /// `increase` sees it, and the first alarm of each process would be missed.
    func showZeros(of plan: Plan) {
        for step in plan.steps {
            count("saga_overdue_total", [("step", step.name)], by: 0)
            count("saga_interventions_total", [("step", step.name)], by: 0)
        }
        count("saga_put_off_total", by: 0)
    }

    func started() { count("saga_started_total") }
    func lateAnswer() { count("saga_late_answers_total") }
    func putOff() { count("saga_put_off_total") }
    func overdue(step: String) { count("saga_overdue_total", [("step", step)]) }
    func intervention(step: String) { count("saga_interventions_total", [("step", step)]) }

    func noted(_ note: Engine.Note, step: String) {
        let labels = [("step", step), ("direction", note.direction.rawValue)]
        switch note.status {
        case .asked:
            count("saga_asked_total", labels)
            if note.attempt > 1 { count("saga_retried_total", labels) }
        case .silent: count("saga_silent_total", labels)
        case .refused: count("saga_refused_total", labels)
        case .done, .abandoned, .needsIntervention, .resumed: break
        }
    }

    /// - Parameter age: milliseconds since the saga was started.
    func ended(_ outcome: SagaOutcome, age: Int64) {
        let labels = [("saga", saga), ("outcome", outcome.label)]
        Counter(label: "saga_ended_total", dimensions: labels).increment()
        Timer(label: "saga_duration_seconds", dimensions: labels).recordMilliseconds(age)
    }

    private func count(
        _ label: String, _ labels: [(String, String)] = [], by amount: Int = 1
    ) {
        Counter(label: label, dimensions: [("saga", saga)] + labels).increment(by: amount)
    }
}

extension SagaOutcome {
    fileprivate var label: String {
        switch self {
        case .succeeded: "succeeded"
        case .compensated: "compensated"
        }
    }
}
