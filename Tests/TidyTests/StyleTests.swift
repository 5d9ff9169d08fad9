import Foundation
import Testing

/// The style that a reviewer should not have to mention.
@Suite("Style")
struct StyleTests {
    @Test("a Swift file stays below 300 lines", arguments: SourceTree.swiftFiles)
    func fileLength(file: SourceFile) {
        #expect(file.lines.count <= 300, "\(file) has \(file.lines.count) lines")
    }

    @Test("no source carries what belongs in an issue or in a crash report")
    func bannedMarks() {
        let banned = ["TODO", "FIXME", "fatalError(", "try!", "as!"]
        for file in SourceTree.swiftFiles where file.module != "TidyTests" {
            for (number, line) in file.code {
                for mark in banned where line.contains(mark) {
                    Issue.record("\(file):\(number): \(mark)")
                }
            }
        }
    }

    @Test("nothing is called Manager, Helper, Util or Impl")
    func bannedNames() {
        for file in SourceTree.swiftFiles {
            let name = file.path.split(separator: "/").last ?? ""
            #expect(!name.contains(/(Manager|Helper|Util|Utils|Impl)\.swift$/), "\(file)")
            for (number, line) in file.code
            where line.contains(
                /\b(class|struct|enum|protocol|actor) \w*(Manager|Helper|Util|Impl)\b/)
            {
                Issue.record("\(file):\(number): \(line)")
            }
        }
    }

    @Test("tests await conditions and never sleep a fixed time")
    func noSleeps() {
        for file in SourceTree.swiftFiles
        where file.isTest && !["TidyTests", "TestSupport", "Benchmarks"].contains(file.module) {
            for (number, line) in file.code
            where line.contains(/Task\.sleep|usleep\(|nanosleep\(|Thread\.sleep|\bsleep\(/) {
                Issue.record("\(file):\(number): \(line)")
            }
        }
    }

    @Test("an unchecked Sendable says why it is safe")
    func uncheckedIsExplained() {
        for file in SourceTree.swiftFiles where !file.isTest {
            for (index, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let above = file.lines[max(0, index - 12)...index]
                #expect(above.contains { $0.contains("//") }, "\(file):\(index + 1): say why")
            }
        }
    }

    @Test("the toolchain's formatter finds nothing to change")
    func format() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "format", "lint", "--strict", "--parallel", "--recursive",
            "Package.swift", "Shared", "Services", "Tests",
        ]
        process.currentDirectoryURL = SourceTree.root
        let output = Pipe()
        process.standardError = output
        try process.run()
        let complaints = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(complaints)")
    }

    @Test("the top level holds what the layout names and nothing else")
    func topLevel() throws {
        let visible = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
            .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }
        let layout: Set<String> = [
            "CONTRIBUTING.md", "LICENSE", "Package.swift", "README.md", "Services", "Shared",
            "Tests", "deploy",
        ]
        #expect(Set(visible) == layout)
    }
}

extension SourceFile {
    /// The numbered lines that are code: without comment lines.
    var code: [(number: Int, line: String)] {
        lines.enumerated().compactMap { index, line in
            let trimmed = line.drop { $0 == " " }
            return trimmed.hasPrefix("//") ? nil : (index + 1, line)
        }
    }
}
