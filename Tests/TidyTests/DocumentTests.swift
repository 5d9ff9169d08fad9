import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    @Test(
        "every relative link in the documents leads somewhere",
        arguments: [
            "README.md", "CONTRIBUTING.md", "deploy/runbook.md",
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
}
