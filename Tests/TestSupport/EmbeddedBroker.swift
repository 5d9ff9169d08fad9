import LocalStack

/// The embedded broker's program, fetched by deploy/local/install if nobody has run that yet.
enum EmbeddedBroker {
    private static let fetch = Task {
        do {
            return try Broker.locate(below: TestRun.farthing)
        } catch let error as LocalStackError where error.code == .missing {
            let log = try TestRun.directory() + "/install.log"
            let install = "\(TestRun.packageRoot)/deploy/local/install"
            try await ProcessCommand(install, ["broker"], log: log).run("deploy/local/install")
            return try Broker.locate(below: TestRun.farthing)
        }
    }

    static func binary() async throws -> String { try await fetch.value }
}
