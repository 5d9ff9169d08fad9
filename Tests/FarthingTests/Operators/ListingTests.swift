import LocalStack
import TestSupport
import Testing

@testable import Farthing

@Suite("What operators are shown", .tags(.unit))
struct ListingTests {
    private let saga: JSON = [
        "id": "saga_1", "definition": "payment", "subject": "pay_1",
        "state": "needs-intervention", "created_at": "2026-11-21T10:00:00.000Z",
        "updated_at": "2026-11-21T10:05:00.000Z", "ended_at": nil,
        "failure": ["code": "silent", "step": "post-hold", "detail": "No answer."],
        "waiting_for": [["step": "place-hold", "direction": "compensation", "attempt": 60]],
        "timeline": [
            [
                "at": "2026-11-21T10:00:01.000Z", "step": "place-hold",
                "direction": "compensation", "status": "asked",
            ]
        ],
    ]

    @Test("of a page of sagas: one line each, and how to see more")
    func sagas() {
        let lines = SagaListing.lines(of: ["data": [saga], "next_cursor": "saga_0"])
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix("saga_1"))
        #expect(lines[1].contains("needs-intervention"))
        #expect(lines[1].hasSuffix("undo place-hold (attempt 60)"))
        #expect(lines[3] == "More: --cursor saga_0")
    }

    @Test("of an empty page: that there is nothing")
    func nothing() {
        #expect(SagaListing.lines(of: ["data": [], "next_cursor": nil]) == ["There are none."])
    }

    @Test("of one saga: where it stands, why, and its timeline")
    func detail() {
        let text = SagaListing.detail(of: saga).joined(separator: "\n")
        for part in [
            "payment pay_1", "silent: No answer.", "undo place-hold (attempt 60)",
            "2026-11-21T10:00:01.000Z",
        ] {
            #expect(text.contains(part), "\(text)")
        }
        #expect(!text.contains("ended"))
    }

    @Test("of dead letters: number, kind, place and reason")
    func deadLetters() {
        let letter: JSON = [
            "id": 7, "topic": "ledger.commands.v1", "key": "acct_1", "kind": "poison",
            "at": "2026-11-21T10:00:00.000Z", "reason": "no such account",
        ]
        let lines = DeadLetterListing.lines(
            of: ["data": [letter], "next_cursor": nil], service: "ledger")
        #expect(lines.count == 3)
        #expect(lines[1].contains("7 "))
        #expect(lines[1].hasSuffix("ledger.commands.v1 acct_1"))
        #expect(lines[2].hasSuffix("no such account"))
    }
}
