import TestSupport
import Testing

@testable import ServiceHost

@Suite("Which rows are sealed next", .tags(.unit))
struct SealingChoiceTests {
    private static let kinds = ["a", "b", "c"].map { name in
        SealedKind(
            name: name, lowestKey: "", isKey: { _ in true },
            following: SealingQueries.followingAudit, contents: SealingQueries.auditContents)
    }

    /// A row of a kind, known by its transaction and its number within it.
    private struct Written: Equatable {
        let xid: Int64
        let kind: String
        let key: String
    }

    @Test("whatever is read at a time, all are chosen once, in the order of their transactions")
    func anyBatch() {
        var random = SeededRandom.fromEnvironment()
        let seed = random.description
        for _ in 0..<300 {
            let horizon = Int64.random(in: 1...12, using: &random)
            let tables = Self.kinds.map { kind in
                (0..<Int.random(in: 0...12, using: &random)).map { number in
                    Written(
                        xid: Int64.random(in: 1...12, using: &random), kind: kind.name,
                        key: "\(10 + number)")
                }.sorted { ($0.xid, $0.key) < ($1.xid, $1.key) }
            }
            let batch = Int.random(in: 1...6, using: &random)
            var chosen: [Written] = []
            var cursors = [0, 0, 0]
            for _ in 0..<100 {
                let round = round(tables, cursors, horizon, batch)
                for row in round.rows {
                    cursors[Self.kinds.firstIndex { $0.name == row.kind } ?? 0] += 1
                }
                chosen += round.rows
                if !round.isFull { break }
            }
            let expected = tables.flatMap { $0 }.filter { $0.xid < horizon }
                .sorted { ($0.xid, $0.kind, $0.key) < ($1.xid, $1.kind, $1.key) }
            #expect(chosen == expected, "\(seed)")
        }
    }

    @Test("what cannot be sealed yet is told by its age")
    func left() {
        var choice = SealingChoice(horizon: 5)
        choice.add([row(4, at: 1), row(5, at: 3), row(6, at: 2)], of: Self.kinds[0], isAll: true)
        choice.add([row(9, at: 8)], of: Self.kinds[1], isAll: false)
        #expect(choice.rows.map(\.row.place.xid) == [4])
        #expect(choice.oldestLeft == 2)
        #expect(!choice.isFull)
    }

    private func round(
        _ tables: [[Written]], _ cursors: [Int], _ horizon: Int64, _ batch: Int
    ) -> (rows: [Written], isFull: Bool) {
        var choice = SealingChoice(horizon: horizon)
        for (index, kind) in Self.kinds.enumerated() {
            let read = tables[index].dropFirst(cursors[index]).prefix(batch)
            choice.add(
                read.map { SealableRow(place: .init(xid: $0.xid, key: $0.key), at: 0) },
                of: kind, isAll: read.count < batch)
        }
        let rows = choice.rows.map {
            Written(xid: $0.row.place.xid, kind: $0.kind.name, key: $0.row.place.key)
        }
        return (rows, choice.isFull)
    }

    private func row(_ xid: Int64, at: Int64) -> SealableRow {
        SealableRow(place: .init(xid: xid, key: "k"), at: at)
    }
}
