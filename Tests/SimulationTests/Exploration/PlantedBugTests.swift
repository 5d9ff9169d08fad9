import TestSupport
import Testing

/// An exploration that finds nothing is worth as much as it would have found.
@Suite("A bug that is planted in the engine or in the barrier", .tags(.unit), .serialized)
struct PlantedBugTests {
    @Test("is found, by one of the shortest stories", arguments: PlantedBug.all)
    func isFound(bug: PlantedBug) async throws {
        let report = try await onOwnThread {
            var explorer = Explorer(Universe(bug.plan, Bounds(faults: 2), bug.machinery))
            return try explorer.run()
        }
        let story = try #require(report.counterexample, "\(bug.name) was not found: \(report)")
        print("\(bug.name) (\(report.states) states):\n\(story)\n")
        #expect(story.ending.contains(bug.found), "\(story)")
        #expect(story.length <= bug.length, "\(story)")
    }
}
