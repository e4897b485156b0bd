# Adds to a document of SPDX 3.0.1 about a model what "bom make" never writes: annotations, snippets, builds,
# vulnerabilities and their assessments, energy, maps of names.
first(."@graph"[] | select(.type == "ai_AIPackage") | .spdxId) as $model
| first(."@graph"[] | select(.type == "software_File") | .spdxId) as $file
| first(."@graph"[] | .creationInfo // empty) as $made
| def element($name; $type; $more): {type: $type, spdxId: "urn:said:\($name)", creationInfo: $made} + $more;
def assessment($name; $kind; $relation; $more):
    element($name; "security_\($kind)VulnAssessmentRelationship";
        {from: "urn:said:cve", to: [$model], relationshipType: $relation} + $more);
(."@graph"[] | select(.type == "ai_AIPackage") | .ai_energyConsumption) = {
    type: "ai_EnergyConsumption", ai_trainingEnergyConsumption: [
        {type: "ai_EnergyConsumptionDescription", ai_energyQuantity: 1.5, ai_energyUnit: "kilowattHour"}]}
| (."@graph"[] | select(.type == "SpdxDocument")) += {
    namespaceMap: [{type: "NamespaceMap", namespace: "https://x.example/", prefix: "x"}],
    import: [{type: "ExternalMap", externalSpdxId: "urn:x:y", locationHint: "https://x.example/y"}]}
| ."@graph" += [
    element("note"; "Annotation"; {annotationType: "review", contentType: "text/plain", statement: "s", subject: $model}),
    element("part"; "software_Snippet"; {software_snippetFromFile: $file,
        software_byteRange: {type: "PositiveIntegerRange", beginIntegerRange: 1, endIntegerRange: 2}}),
    element("text"; "simplelicensing_SimpleLicensingText"; {simplelicensing_licenseText: "t"}),
    element("build"; "build_Build"; {build_buildType: "urn:b:t", build_buildStartTime: "2026-01-01T00:00:00Z",
        build_parameter: [{type: "DictionaryEntry", key: "k", value: "v"}], build_configSourceUri: ["u"]}),
    element("cve"; "security_Vulnerability"; {name: "CVE-2026-1", security_publishedTime: "2026-01-01T00:00:00Z"}),
    assessment("v2"; "CvssV2"; "hasAssessmentFor"; {security_score: "9.8", security_vectorString: "AV"}),
    assessment("v3"; "CvssV3"; "hasAssessmentFor";
        {security_score: 9.8, security_severity: "critical", security_vectorString: "AV"}),
    assessment("epss"; "Epss"; "hasAssessmentFor"; {security_percentile: 0.5, security_probability: "0.5"}),
    assessment("kev"; "ExploitCatalog"; "hasAssessmentFor";
        {security_catalogType: "kev", security_exploited: true, security_locator: "https://x.example"}),
    assessment("ssvc"; "Ssvc"; "hasAssessmentFor"; {security_decisionType: "act"}),
    assessment("hit"; "VexAffected"; "affects"; {security_actionStatement: "s"}),
    assessment("not"; "VexNotAffected"; "doesNotAffect";
        {security_justificationType: "componentNotPresent", security_impactStatement: "i"}),
    assessment("open"; "VexUnderInvestigation"; "underInvestigationFor"; {security_statusNotes: "s"})]
