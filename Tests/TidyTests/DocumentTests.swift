import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    @Test(
        "every relative link in the documents leads somewhere",
        arguments: [
            "README.md", "CONTRIBUTING.md", "deploy/configuration.md", "deploy/runbook.md",
            "deploy/errors.md",
        ])
    func links(document: String) throws {
        let text = try String(
            contentsOf: SourceTree.root.appending(path: document), encoding: .utf8)
        let targets = text.matches(of: /\]\(([^)#]+)[^)]*\)/).map { String($0.1) }
        for target in targets where !target.contains("://") {
            let path = SourceTree.root.appending(path: target).path
            #expect(FileManager.default.fileExists(atPath: path), "\(document) links to \(target)")
        }
    }

    @Test("every code block of 'Write a saga' stands in the example that the tests run")
    func article() throws {
        let article = try String(
            contentsOf: SourceTree.root.appending(path: "Shared/Saga/Saga.docc/WriteASaga.md"),
            encoding: .utf8)
        let example = SourceTree.swiftFiles.filter { $0.path.hasPrefix("Tests/TravelExample/") }
        let sources = example.map { Self.flattened($0.lines.joined(separator: "\n")) }.joined(
            separator: "\n")
        let blocks = article.matches(of: /```swift\n((?s).*?)```/).map { String($0.1) }
        #expect(blocks.count > 8)
        for block in blocks {
            #expect(sources.contains(Self.flattened(block)), "not in the example:\n\(block)")
        }
    }

    /// Without indentation and trailing space, which differ between an article and its source.
    private static func flattened(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .joined(separator: "\n")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
