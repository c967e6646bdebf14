resource app 'Microsoft.Graph/applications@v1.0' = {
  displayName: Über[31m
}
