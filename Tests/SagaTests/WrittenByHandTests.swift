import Contracts
import FoundationEssentials
import TestSupport
import Testing

@testable import Saga

@Suite("What is written of sagas by hand is what would be encoded", .tags(.unit))
struct WrittenByHandTests {
    private static let failure = SagaFailure(step: "hotel", code: "full", detail: "No \"room\".")

    @Test("for progress", arguments: [nil, failure])
    func progress(failure: SagaFailure?) throws {
        let waiting: [Progress.Waiting] = [.answer, .pause, .person]
        for phase: Progress.Phase in [.running, .compensating, .succeeded, .compensated] {
            for count in 0...3 {
                let requests = waiting.prefix(count).enumerated().map { step, waiting in
                    Progress.Request(step: step, attempt: count, waiting: waiting)
                }
                try expectWrittenAsEncoded(
                    Progress(
                        phase: phase, standing: Array(0..<count), requests: requests,
                        failure: failure))
            }
        }
    }

    @Test("for the lines of a timeline", arguments: [nil, "full: No \"room\"."])
    func timeline(detail: String?) throws {
        try expectWrittenAsEncoded(
            TimelineEntry(
                step: "hotel", direction: .compensation, status: .done, attempt: 2,
                at: Date(timeIntervalSince1970: 1_795_253_400.25), detail: detail))
    }

    @Test("for deadlines, which are read as they were")
    func deadlines() throws {
        var live = LiveSaga(
            id: SagaID(), state: "a state", progress: .beginning, tenant: "demo", subject: "trip",
            traceparent: nil)
        #expect(live.deadlinesText() == "{}")
        live.wait(milliseconds: 5000, for: 0)
        live.wait(milliseconds: .max, for: 12)
        let read = try WireJSON.decode([Int: Int64].self, from: live.deadlinesText().utf8)
        #expect(read == live.deadlines)
    }
}
