import Foundation
import Saga
import TestSupport
import Testing

@testable import Payment

@Suite("The diagram in the README", .tags(.unit))
struct DiagramTests {
    @Test("is the one that is drawn from the payment saga")
    func readme() throws {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains("```mermaid\n\(paymentSaga(Patience()).plan.diagram)\n```"))
    }
}
