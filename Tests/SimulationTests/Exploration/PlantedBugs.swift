import Testing

@testable import Outbox
@testable import Saga

/// A bug that somebody might write, planted in the engine or in the barrier.
struct PlantedBug: CustomTestStringConvertible, Sendable {
    let name: String
    /// The rule by which it must be found.
    let found: String
    /// How many moves the story of it has, at most.
    let length: Int
    let plan: Plan
    let machinery: Machinery

    var testDescription: String { name }

    init(
        _ name: String, in plan: Plan = ExploredSagas.payment, found: String, within length: Int,
        _ plant: (inout Machinery) -> Void
    ) {
        self.name = name
        self.found = found
        self.length = length
        self.plan = plan
        var machinery = Machinery()
        plant(&machinery)
        self.machinery = machinery
    }

    static let all = ofTheBarrier + ofTheEngine

    static let ofTheBarrier = [
        PlantedBug("the barrier is removed", found: "took effect twice", within: 2) {
            $0.read = { _ in false }
        },
        PlantedBug(
            "an undo that comes first is not written down", found: "an effect stands", within: 8
        ) { $0.write = { $0.outcome != .undoneBeforeDone } },
        PlantedBug("a refusal is not written down", found: "an effect stands", within: 7) {
            $0.write = { $0.outcome != .refused }
        },
        PlantedBug("a command is not answered again", found: "never end", within: 8) {
            $0.answersAgain = false
        },
        PlantedBug(
            "the barrier commits before the effect", found: "undone more often than done", within: 3
        ) { $0.writesWithEffect = false },
    ]
}
